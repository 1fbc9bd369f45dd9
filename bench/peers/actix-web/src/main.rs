//! A constant answer from actix-web, on one worker: `ADDRESS:PORT`.
#![forbid(unsafe_code)]

use std::env;
use std::io;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};

async fn plaintext() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("Hello, World!")
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let Some(listen) = env::args().nth(1) else {
        return Err(io::Error::other("usage: peer-actix-web ADDRESS:PORT"));
    };
    HttpServer::new(|| App::new().route("/plaintext", web::get().to(plaintext)))
        .workers(1)
        .backlog(4096)
        // Its default of 5 seconds would close idle connections while they are counted.
        .keep_alive(Duration::from_secs(75))
        .bind(listen)?
        .run()
        .await
}
