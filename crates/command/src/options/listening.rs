//! Where the server listens, and to whom.

use clap::Args;
use gnezdo_socket::{ListenAddress, Network};

#[cfg(feature = "tls")]
use super::TlsOptions;

/// The addresses of a server, who may connect to them, and whether TLS is spoken there.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Listening")]
pub struct ListeningOptions {
    /// Where to listen: IP:PORT, :PORT for all addresses, PORT for 127.0.0.1:PORT, unix:PATH,
    /// or fd:N for a socket that was handed over; may be repeated
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: Vec<ListenAddress>,
    /// Let only this network or address connect, such as 192.168.0.0/16; may be repeated
    #[arg(long, value_name = "CIDR")]
    pub(crate) allow: Vec<Network>,
    /// Turn this network or address away; may be repeated, and where --allow and --deny meet
    /// the smaller network decides
    #[arg(long, value_name = "CIDR")]
    pub(crate) deny: Vec<Network>,

    #[cfg(feature = "tls")]
    #[command(flatten)]
    pub(crate) tls: TlsOptions,
}
