//! A server for others to judge: what most test suites ask for, and little else.
//!
//! `GET`, `HEAD` and `OPTIONS /` answer `OK`; any other method at `/` gives its content back.
//! `/echo` lists the fields of the request, `/cookie` its cookies: see [`judged`]. The other routes
//! are for the integration tests: [`answers`], [`streams`], [`handlers`], [`framework`] and
//! [`outside`]. The addresses are printed, one a line, once they are bound:
//!
//! ```text
//! cargo run -p gnezdo --example target -- --listen 127.0.0.1:0 --architecture event
//! ```

mod answers;
mod framework;
mod handlers;
mod judged;
mod options;
mod outside;
mod pieces;
mod promise;
mod streams;

use std::error::Error;
use std::process::ExitCode;

use gnezdo::{Files, Server};

use crate::options::Options;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("target: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::parse(std::env::args().skip(1))?;
    let server = Server::bind(options.settings)?;
    // Before the addresses: who reads them may send a signal at once.
    server.stop_on_signals()?;
    if !server.is_worker() {
        for address in server.local_addresses() {
            println!("{address}");
        }
        for url in server.redirect_urls() {
            println!("{url}");
        }
    }
    let app = answers::add_to(judged::routes(), options.file);
    let app = outside::add_to(framework::add_to(streams::add_to(handlers::add_to(app))));
    match options.folder {
        Some(folder) => Ok(server.run(app.fallback(Files::builder(folder).build()?))?),
        None => Ok(server.run(app)?),
    }
}
