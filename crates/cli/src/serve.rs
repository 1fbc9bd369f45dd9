//! `gnezdo serve`: everything that can be wrong is found out before anything is announced.

use gnezdo::Server;

use crate::banner::Banner;
use crate::failure::Failure;
use crate::farewell;
use crate::options::ServeOptions;
use crate::settings;

/// Serves until a signal ends it.
pub(crate) fn serve(options: &ServeOptions) -> Result<(), Failure> {
    let settings = settings::settings(options)?;
    let files = settings::files(options)?;
    let shutdown_timeout = settings.shutdown_timeout;
    let banner = Banner::new(&options.root, &settings);
    let server = Server::bind(settings)?;
    server.stop_on_signals()?;
    if !server.is_worker() {
        banner.print(&server);
        farewell::announce(server.shutdown(), shutdown_timeout);
    }
    server.run(files)?;
    Ok(())
}
