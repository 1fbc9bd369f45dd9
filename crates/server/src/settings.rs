//! What a server can be told, with its defaults.

use std::num::NonZeroUsize;
use std::time::Duration;

use gnezdo_core::Limits;
use gnezdo_socket::{AccessRules, ListenAddress};
#[cfg(feature = "tls")]
use gnezdo_tls::TlsSettings;

use crate::access_log::{LogFormat, LogTarget};
use crate::architecture::{Architecture, Driver};

/// Descriptors that a process needs for other things than connections and open files.
const DESCRIPTORS_RESERVED: u64 = 128;

/// More threads than this are more than any machine schedules well.
const THREADS_MAX: u64 = 4_096;

/// How a server serves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Where to listen; `127.0.0.1:8080` by default.
    pub listen: Vec<ListenAddress>,
    /// How to wait; the fastest that works by default.
    pub architecture: Architecture,
    /// How many loops, or threads of the tokio runtime, each process runs; one for each core by
    /// default.
    pub workers: Option<NonZeroUsize>,
    /// How many supervised processes run; by default none but the program itself.
    pub processes: Option<NonZeroUsize>,
    /// The bounds of one connection.
    pub limits: Limits,
    /// Speaks TLS on all addresses; by default on none.
    #[cfg(feature = "tls")]
    pub tls: Option<TlsSettings>,
    /// Addresses whose clients are sent to the first address of [`listen`](Self::listen), by
    /// `https`; none by default. They need TLS.
    #[cfg(feature = "tls")]
    pub redirect_http: Vec<ListenAddress>,
    /// Tells browsers for how long they should come by `https` only: `Strict-Transport-Security`
    /// (RFC 6797) in every answer over TLS. Not sent by default: it cannot be taken back.
    #[cfg(feature = "tls")]
    pub hsts_max_age: Option<Duration>,
    /// Whether HTTP/2 is spoken: by ALPN over TLS, and without TLS by those who know beforehand
    /// that it is (RFC 9113 §3.3). It is.
    pub http2: bool,
    /// How many connections may be open at once, over all processes. By default as many as
    /// there are descriptors, a quarter of them left for files; 4,096 with threads.
    ///
    /// At the limit a connection at rest is closed to let a new client in; if none rests, new
    /// clients wait in the kernel's queue.
    pub connections_max: Option<NonZeroUsize>,
    /// How many connections one address may have; no limit by default. Further ones get 503.
    pub connections_per_ip_max: Option<NonZeroUsize>,
    /// Who may connect; everybody by default.
    pub access: AccessRules,
    /// How long answers in progress are given when the server shuts down: 10 s.
    pub shutdown_timeout: Duration,
    /// The access log; none by default.
    pub access_log: Option<(LogFormat, LogTarget)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: vec![ListenAddress::Tcp(([127, 0, 0, 1], 8080).into())],
            architecture: Architecture::Auto,
            workers: None,
            processes: None,
            limits: Limits::default(),
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "tls")]
            redirect_http: Vec::new(),
            #[cfg(feature = "tls")]
            hsts_max_age: None,
            http2: true,
            connections_max: None,
            connections_per_ip_max: None,
            access: AccessRules::default(),
            shutdown_timeout: Duration::from_secs(10),
            access_log: None,
        }
    }
}

impl Settings {
    /// The limit on connections of one process, given how many descriptors it may have.
    pub(crate) fn process_connections_max(
        &self,
        driver: Driver,
        processes: usize,
        descriptors: u64,
    ) -> usize {
        let possible = (descriptors.saturating_sub(DESCRIPTORS_RESERVED) / 4 * 3).max(16);
        let possible = match driver {
            Driver::Threads => possible.min(THREADS_MAX),
            _ => possible,
        };
        let possible = usize::try_from(possible).unwrap_or(usize::MAX);
        match self.connections_max {
            None => possible,
            Some(max) => usize::from(max).div_ceil(processes.max(1)).min(possible),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_the_descriptors() {
        let mut settings = Settings::default();
        assert_eq!(settings.process_connections_max(Driver::Event, 0, 20_128), 15_000);
        assert_eq!(settings.process_connections_max(Driver::Threads, 0, 20_128), 4_096);
        assert_eq!(settings.process_connections_max(Driver::Event, 0, 10), 16);
        settings.connections_max = NonZeroUsize::new(10);
        assert_eq!(settings.process_connections_max(Driver::Event, 0, 20_128), 10);
        assert_eq!(settings.process_connections_max(Driver::Event, 4, 20_128), 3);
    }
}
