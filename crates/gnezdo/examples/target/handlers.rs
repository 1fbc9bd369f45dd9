//! Handlers that are slow, late, careless or broken, and what they do with content.

use std::io::{self, Write};
use std::time::Duration;

use gnezdo::http::{HeaderMap, HeaderValue, StatusCode, header::LINK};
use gnezdo::{App, Path, Request, early_hints};
use http_body_util::BodyExt;

use crate::judged::lines;
use crate::promise::Promise;

/// Adds the routes.
pub(crate) fn add_to(app: App) -> App {
    app.get("/slow/{milliseconds:int}", |Path(milliseconds): Path<u64>| {
        std::thread::sleep(Duration::from_millis(milliseconds));
        "slow"
    })
    .get("/later", async || Promise::new(|| "later").await)
    .post("/later", later_length)
    .get("/later/{milliseconds:int}", late)
    .get("/hints/{milliseconds:int}", hints)
    .get("/panic", || -> &'static str { panic!("asked for") })
    .get("/panic/later", panic_later)
    .post("/unread", || "unread")
    .post("/unread/{milliseconds:int}", unread)
    .post("/sip/{milliseconds:int}", sip)
    .post("/trailers", request_trailers)
}

/// An answer from another thread, at once, to all of the content.
async fn later_length(request: Request) -> Result<String, StatusCode> {
    let content = request.into_body().collect().await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let length = content.to_bytes().len();
    Ok(Promise::new(move || length.to_string()).await)
}

async fn late(Path(milliseconds): Path<u64>) -> &'static str {
    let witness = Witness { is_done: false };
    Promise::pause(milliseconds).await;
    witness.done();
    "late"
}

/// Says what the page will need, while it is made.
async fn hints(Path(milliseconds): Path<u64>) -> &'static str {
    for link in ["</style.css>; rel=preload; as=style", "</nest.js>; rel=preload; as=script"] {
        early_hints(HeaderMap::from_iter([(LINK, HeaderValue::from_static(link))]));
    }
    Promise::pause(milliseconds).await;
    "page"
}

async fn panic_later() -> &'static str {
    Promise::pause(1).await;
    panic!("asked for")
}

/// Keeps the content without reading it.
async fn unread(Path(milliseconds): Path<u64>, request: Request) -> &'static str {
    Promise::pause(milliseconds).await;
    drop(request);
    "unread"
}

/// Reads the content a piece at a time, with pauses.
async fn sip(Path(milliseconds): Path<u64>, request: Request) -> String {
    let mut content = request.into_body();
    let mut length = 0;
    while let Some(Ok(frame)) = content.frame().await {
        length += frame.into_data().map_or(0, |piece| piece.len());
        Promise::pause(milliseconds).await;
    }
    length.to_string()
}

async fn request_trailers(request: Request) -> Result<Vec<u8>, StatusCode> {
    let content = request.into_body().collect().await.map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(content.trailers().map_or_else(Vec::new, lines))
}

/// Says on standard output when a handler is dropped before its end.
struct Witness {
    is_done: bool,
}

impl Witness {
    fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = writeln!(io::stdout(), "cancelled");
        }
    }
}
