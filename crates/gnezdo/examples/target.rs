//! A server for others to judge: what most test suites ask for, and little else.
//!
//! `GET`, `HEAD` and `OPTIONS /` answer `OK`; any other method at `/` gives its content back.
//! `/echo` lists the fields of the request, `/cookie` its cookies. The other routes are for the
//! integration tests: see [`trials`] and [`outside`]. The addresses are printed, one a line, once
//! they are bound:
//!
//! ```text
//! cargo run --example target -- --listen 127.0.0.1:0 --architecture event --header-timeout 0.5
//! ```

#[path = "target/options.rs"]
mod options;
#[path = "target/outside.rs"]
mod outside;
#[path = "target/promise.rs"]
mod promise;
#[path = "target/trials.rs"]
mod trials;

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use gnezdo::http::{HeaderMap, header::COOKIE};
use gnezdo::{App, Files, IntoResponse, Request, Response, Server};

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
    let app = outside::add_to(trials::add_to(judged(), options.file));
    match options.folder {
        Some(folder) => Ok(server.run(app.fallback(Files::builder(folder).build()?))?),
        None => Ok(server.run(app)?),
    }
}

/// What the suites ask for.
fn judged() -> App {
    App::new()
        // In a word, whatever is accepted and wherever it runs.
        .on_problem(|problem, _| {
            let text = format!("{}\n", problem.status());
            Some((problem.status(), text).into_response())
        })
        .get("/", || "OK")
        .options("/", || "OK")
        .post("/", give_back)
        .put("/", give_back)
        .patch("/", give_back)
        .delete("/", give_back)
        .get("/echo", |request: Request| lines(request.headers()))
        .post("/echo", |request: Request| lines(request.headers()))
        .get("/cookie", |request: Request| cookies(request.headers()))
}

/// The content comes back as it arrives, not when it is complete. Where there is none, suites
/// want to see some all the same.
fn give_back(request: Request) -> Response {
    let content = request.into_body();
    if content.length() == Some(0) {
        Response::new("nothing came\n".into())
    } else {
        Response::new(content)
    }
}

/// Fields, one a line.
fn lines(fields: &HeaderMap) -> Vec<u8> {
    let mut text = Vec::new();
    for (name, value) in fields {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"] {
            text.extend_from_slice(part);
        }
    }
    text
}

/// Cookies, one a line. RFC 6265 §5.4.
fn cookies(fields: &HeaderMap) -> String {
    let mut text = String::new();
    let lines = fields.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    for pair in lines.flat_map(|line| line.split(';')) {
        if let Some((name, value)) = pair.split_once('=') {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}={}", name.trim_matches(' '), value.trim_matches(' '));
        }
    }
    text
}
