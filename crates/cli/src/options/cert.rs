//! The words after `gnezdo cert`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What `gnezdo cert` is told.
#[derive(Debug, Subcommand)]
pub(crate) enum CertCommand {
    /// Make a certificate for development, and tell how browsers trust it
    #[command(after_help = "\
The certificate is for localhost, 127.0.0.1, ::1, this machine's name and each
NAME. What is there already is used again: the authority for ten years, a
certificate until it has 30 days left. Without --dir they are those of
`gnezdo serve --tls self-signed`, in $XDG_DATA_HOME/gnezdo if that is set.

Examples:
  gnezdo cert dev
  gnezdo cert dev nest.local '*.app.test' 192.168.1.5
  curl --cacert \"$(gnezdo cert dev --print-ca)\" https://localhost:8080/")]
    Dev(CertDevOptions),
}

/// What `gnezdo cert dev` is told.
#[derive(Args, Debug)]
pub(crate) struct CertDevOptions {
    /// A name or address beyond those of this machine
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Keep the authority and the certificate here [default: ~/.local/share/gnezdo]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Print nothing but the path of the authority's certificate
    #[arg(long)]
    pub(crate) print_ca: bool,
}
