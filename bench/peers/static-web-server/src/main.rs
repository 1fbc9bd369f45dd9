//! The program static-web-server, with its own command line and its default features.
#![forbid(unsafe_code)]

use static_web_server::{Result, Server, Settings};

fn main() -> Result {
    Server::new(Settings::get(true)?)?.run_standalone(None)
}
