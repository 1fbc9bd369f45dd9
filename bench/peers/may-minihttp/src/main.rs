//! A constant answer from may_minihttp, on one worker: `ADDRESS:PORT`.
#![forbid(unsafe_code)]

use std::env;
use std::io;

use may_minihttp::{HttpServer, HttpService, Request, Response};

#[derive(Clone)]
struct Hello;

impl HttpService for Hello {
    fn call(
        &mut self,
        request: Request<'_, '_, '_>,
        response: &mut Response<'_>,
    ) -> io::Result<()> {
        match request.path() {
            "/plaintext" => {
                response.header("Content-Type: text/plain").body("Hello, World!");
            }
            _ => {
                response.status_code(404, "Not Found");
            }
        }
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let Some(listen) = env::args().nth(1) else {
        return Err(io::Error::other("usage: peer-may-minihttp ADDRESS:PORT"));
    };
    // The small stack is the one that its authors measure with.
    may::config().set_workers(1).set_pool_capacity(1000).set_stack_size(0x1000);
    let server = HttpServer(Hello).start(listen)?;
    server.join().map_err(|_| io::Error::other("the server panicked"))
}
