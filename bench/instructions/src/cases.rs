//! What is counted: requests, and the services that answer them.

use std::io;
use std::time::Duration;
use std::{env, fs, process};

use bytes::Bytes;
use framework_model::{Order, Post, TABLE_TEMPLATE, TEMPLATES, table};
use gnezdo::web::Valid;
use gnezdo::web::templates::{Page, Templates};
use gnezdo::{App, Body, Files, InMemory, Json, Limits, Path, Peer, Request, Service};
use http_body_util::{BodyExt, Collected};
use serde::Serialize;

use crate::asker::Ask;

/// What `cargo xtask bench framework` sends.
const ORDER: &str = include_str!("../../documents/order.json");

/// A kind of request, and who answers it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// A connection to who answers it.
    pub(crate) connect: fn() -> io::Result<InMemory>,
    /// What is asked.
    pub(crate) ask: Ask,
    /// How many of them come at once.
    pub(crate) pipelined: usize,
    /// What stands in a right answer.
    pub(crate) sign: &'static str,
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "constant",
        about: "a constant text through the router, as wrk asks for it",
        connect: app,
        ask: Ask::Http1(|| as_wrk("/plaintext")),
        pipelined: 1,
        sign: "Hello, World!",
    },
    Case {
        name: "constant-browser",
        about: "the same, as a browser asks for it: 13 fields",
        connect: app,
        ask: Ask::Http1(|| as_browser("/plaintext")),
        pipelined: 1,
        sign: "Hello, World!",
    },
    Case {
        name: "constant-pipelined",
        about: "the same as wrk asks for it, 16 requests at once",
        connect: app,
        ask: Ask::Http1(|| as_wrk("/plaintext")),
        pipelined: 16,
        sign: "Hello, World!",
    },
    Case {
        name: "string",
        about: "a text that is made for each request",
        connect: app,
        ask: Ask::Http1(|| as_wrk("/string")),
        pipelined: 1,
        sign: "Hello, World!",
    },
    Case {
        name: "json",
        about: "a small value as JSON",
        connect: app,
        ask: Ask::Http1(|| as_wrk("/json")),
        pipelined: 1,
        sign: r#"{"message":"Hello, World!"}"#,
    },
    Case {
        name: "parameter",
        about: "a number from the path, and a text made of it",
        connect: app,
        ask: Ask::Http1(|| as_wrk("/user/1234567")),
        pipelined: 1,
        sign: "user 1234567",
    },
    Case {
        name: "typed",
        about: "two parameters of the path, and an answer of five members as JSON",
        connect: app,
        ask: Ask::Http1(|| as_wrk("/shops/north/posts/1234567")),
        pipelined: 1,
        sign: r#""post_id":1234567"#,
    },
    Case {
        name: "order",
        about: "1 KiB of JSON, read, judged by its rules, and answered with JSON",
        connect: app,
        ask: Ask::Http1(|| post_json("/orders", ORDER)),
        pipelined: 1,
        sign: r#""total"#,
    },
    Case {
        name: "page",
        about: "a template with a table of 50 rows",
        connect: app,
        ask: Ask::Http1(|| as_wrk("/table")),
        pipelined: 1,
        sign: "Nest box no. 50",
    },
    Case {
        name: "echo",
        about: "100 bytes of content, read by an async handler and sent back",
        connect: app,
        ask: Ask::Http1(|| post("/echo", &"nest ".repeat(20))),
        pipelined: 1,
        sign: "nest nest",
    },
    Case {
        name: "file",
        about: "600 bytes of a file from the cache, as wrk asks for it",
        connect: folder,
        ask: Ask::Http1(|| as_wrk("/index.html")),
        pipelined: 1,
        sign: "accept-ranges: bytes",
    },
    Case {
        name: "file-browser",
        about: "the same as a browser asks for it: 13 fields, compressed before",
        connect: folder,
        ask: Ask::Http1(|| as_browser("/index.html")),
        pipelined: 1,
        sign: "content-encoding: ",
    },
    Case {
        name: "h2-constant",
        about: "a constant text over HTTP/2, one request at once",
        connect: app,
        ask: Ask::Http2("/plaintext"),
        pipelined: 1,
        sign: "Hello, World!",
    },
    Case {
        name: "h2-file",
        about: "600 bytes of a file from the cache over HTTP/2, 32 requests at once, as h2load asks",
        connect: folder,
        ask: Ask::Http2("/index.html"),
        pipelined: 32,
        // The head of a DATA frame with 600 octets that ends its stream.
        sign: "\0\x02\x58\0\x01",
    },
    Case {
        name: "h2-parameter",
        about: "a number from the path over HTTP/2, and a text made of it",
        connect: app,
        ask: Ask::Http2("/user/1234567"),
        pipelined: 1,
        sign: "user 1234567",
    },
];

fn to(service: impl Service) -> InMemory {
    InMemory::new(service, Limits::default(), Peer::Unix)
}

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

fn app() -> io::Result<InMemory> {
    let app = App::new()
        .get("/plaintext", || "Hello, World!")
        .get("/string", || String::from("Hello, World!"))
        .get("/json", || Json(Message { message: "Hello, World!" }))
        .get("/user/{id:int}", |Path(id): Path<u64>| format!("user {id}"))
        .get("/shops/{shop}/posts/{post_id:int}", |Path((shop, id)): Path<(String, u64)>| {
            Json(Post::of(shop, id))
        })
        .templates(Templates::embedded(TEMPLATES))
        .get("/table", |page: Page| page.render(TABLE_TEMPLATE, table()))
        .post("/orders", |Valid(Json(order)): Valid<Json<Order>>| Json(order.receipt()))
        .post("/echo", echo);
    Ok(to(app))
}

async fn echo(request: Request) -> Bytes {
    let content = request.into_body().collect().await;
    content.map(Collected::to_bytes).unwrap_or_default()
}

/// A folder with one page, which stays in the cache for longer than a run lasts.
fn folder() -> io::Result<InMemory> {
    let folder = env::temp_dir().join(format!("gnezdo-instructions-{}", process::id()));
    fs::create_dir(&folder)?;
    let page = folder.join("index.html");
    fs::write(&page, "<p>A nest of straw.".repeat(32).split_at(600).0)?;
    let files = Files::builder(&folder).stale_max(Duration::from_secs(3_600)).build();
    let files = files.map_err(io::Error::other).map(warmed);
    fs::remove_file(page)?;
    fs::remove_dir(folder)?;
    Ok(to(files?))
}

/// Asks for the page once, so that the cache has it.
fn warmed(files: Files) -> Files {
    let request = gnezdo::http::Request::get("/index.html").body(Body::empty());
    drop(request.map(|request| files.call(request)));
    files
}

fn as_wrk(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
}

fn post(target: &str, content: &str) -> String {
    post_typed(target, "text/plain", content)
}

fn post_json(target: &str, content: &str) -> String {
    post_typed(target, "application/json", content)
}

fn post_typed(target: &str, media_type: &str, content: &str) -> String {
    let length = content.len();
    format!(
        "POST {target} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: {media_type}\r\n\
         Content-Length: {length}\r\n\r\n{content}"
    )
}

/// The fields of Chromium 130.
fn as_browser(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\n\
         Host: 127.0.0.1:8080\r\n\
         Connection: keep-alive\r\n\
         sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n\
         sec-ch-ua-mobile: ?0\r\n\
         sec-ch-ua-platform: \"Linux\"\r\n\
         Upgrade-Insecure-Requests: 1\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/130.0.0.0 Safari/537.36\r\n\
         Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,\
         image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n\
         Sec-Fetch-Site: none\r\n\
         Sec-Fetch-Mode: navigate\r\n\
         Sec-Fetch-Dest: document\r\n\
         Accept-Encoding: gzip, deflate, br, zstd\r\n\
         Accept-Language: en-GB,en;q=0.9\r\n\r\n"
    )
}
