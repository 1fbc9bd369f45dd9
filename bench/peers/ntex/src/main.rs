//! A constant answer from ntex, on one worker: `ADDRESS:PORT`.
#![forbid(unsafe_code)]

use std::env;
use std::io;

use ntex::web::{self, App, HttpResponse, HttpServer};

async fn plaintext() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("Hello, World!")
}

#[ntex::main]
async fn main() -> io::Result<()> {
    let Some(listen) = env::args().nth(1) else {
        return Err(io::Error::other("usage: peer-ntex ADDRESS:PORT"));
    };
    HttpServer::new(async || App::new().service(web::resource("/plaintext").to(plaintext)))
        .workers(1)
        .backlog(4096)
        .bind(listen)?
        .run()
        .await
}
