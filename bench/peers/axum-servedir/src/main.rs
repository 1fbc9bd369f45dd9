//! `ServeDir` of tower-http in axum, on one thread: `ADDRESS:PORT ROOT`.
#![forbid(unsafe_code)]

use std::env;
use std::io;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let (Some(listen), Some(root)) = (args.next(), args.next()) else {
        return Err(io::Error::other("usage: peer-axum-servedir ADDRESS:PORT ROOT"));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await?.tap_io(|stream| {
            // A socket whose peer has left already refuses options; there is nothing to lose.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, Router::new().fallback_service(ServeDir::new(root))).await
    })
}
