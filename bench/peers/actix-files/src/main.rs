//! actix-files as its documentation sets it up, on one worker: `ADDRESS:PORT ROOT`.
#![forbid(unsafe_code)]

use std::env;
use std::io;

use actix_files::Files;
use actix_web::{App, HttpServer};

#[actix_web::main]
async fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let (Some(listen), Some(root)) = (args.next(), args.next()) else {
        return Err(io::Error::other("usage: peer-actix-files ADDRESS:PORT ROOT"));
    };
    HttpServer::new(move || App::new().service(Files::new("/", &root).index_file("index.html")))
        .workers(1)
        .bind(listen)?
        .run()
        .await
}
