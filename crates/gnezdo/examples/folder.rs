//! Serves a folder: `cargo run --example folder -- www`.

use gnezdo::{Files, Server, Settings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::args().nth(1).unwrap_or_else(|| "www".into());
    let files = Files::builder(root).build()?;
    let server = Server::bind(Settings::default())?;
    println!("{}", server.urls().join("\n"));
    server.stop_on_signals()?;
    Ok(server.run(files)?)
}
