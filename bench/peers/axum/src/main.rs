//! A constant answer from axum, on one thread: `ADDRESS:PORT`.
//!
//! On hyper's HTTP/1.1 connections instead of `axum::serve`: they know nothing of HTTP/2, and
//! answers to pipelined requests leave together.
#![forbid(unsafe_code)]

use std::env;
use std::io;

use axum::Router;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket};

fn main() -> io::Result<()> {
    let Some(listen) = env::args().nth(1) else {
        return Err(io::Error::other("usage: peer-axum ADDRESS:PORT"));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let address = listen.parse().map_err(io::Error::other)?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(address)?;
        serve(socket.listen(4096)?).await
    })
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    let app = Router::new().route("/plaintext", get(plaintext));
    loop {
        let (stream, _) = listener.accept().await?;
        // A socket whose peer has left already refuses options; there is nothing to lose.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = http1::Builder::new()
            .pipeline_flush(true)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // How a connection ends is its client's affair.
            let _ = connection.await;
        });
    }
}

/// axum gives a text the type `text/plain; charset=utf-8`.
async fn plaintext() -> &'static str {
    "Hello, World!"
}
