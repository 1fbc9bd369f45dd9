//! From settings to the end of serving, with what people are told on the way.

use gnezdo_core::Service;
use gnezdo_server::Settings;

use crate::banner::{Banner, about};
use crate::failure::Failure;
use crate::farewell;
#[cfg(feature = "tls")]
use crate::tls::bind;

/// Serves until a signal ends it: binds the addresses, checks the service, prints the banner, and
/// runs.
///
/// With supervised processes the program is started again for each worker, and has to come here
/// again; workers print no banner.
///
/// # Errors
/// The server could not start or go on. Nothing was printed if it could not start.
pub fn serve(service: impl Service, settings: Settings, banner: &Banner) -> Result<(), Failure> {
    let shutdown_timeout = settings.shutdown_timeout;
    let about = about(&settings);
    let server = bind(settings)?;
    server.stop_on_signals()?;
    Ok(server.run_announced(service, |server| {
        if !server.is_worker() {
            banner.print(server, about);
            farewell::announce(server.shutdown(), shutdown_timeout);
        }
    })?)
}

#[cfg(not(feature = "tls"))]
fn bind(settings: Settings) -> Result<gnezdo_server::Server, Failure> {
    Ok(gnezdo_server::Server::bind(settings)?)
}
