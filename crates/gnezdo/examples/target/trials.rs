//! Routes on which the integration tests try the engine: answers of every kind, and handlers
//! that are slow, late, careless or broken.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use gnezdo::http::{HeaderMap, HeaderValue, StatusCode, header::LINK};
use gnezdo::{App, Body, ConnectionInfo, Path, Request, Response, early_hints};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;

use crate::lines;
use crate::promise::Promise;

/// Octets of each piece of a streamed answer.
const PIECE_BYTES: u64 = 1_000;

/// Octets of the largest answer that is made in memory.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Adds the routes. `file` is what `/file` serves.
pub(crate) fn add_to(app: App, file: Option<PathBuf>) -> App {
    streams(handlers(app))
        .get("/client", |request: Request| client(&request))
        .get("/pid", || std::process::id().to_string())
        .get("/bytes/{n:int}", |Path(n): Path<u64>| vec![b'x'; n.min(BYTES_MAX) as usize])
        .get("/file", move || open(file.as_ref()))
        .get("/empty", || ())
        .get("/not-modified", || StatusCode::NOT_MODIFIED)
}

/// Where the request comes from: an address or `unix`, and the scheme.
fn client(request: &Request) -> Result<String, StatusCode> {
    let info = request.extensions().get::<ConnectionInfo>();
    let ConnectionInfo { peer, scheme } = info.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let peer = peer.map_or_else(|| "unix".into(), |peer| peer.to_string());
    Ok(format!("{peer} {scheme}"))
}

fn handlers(app: App) -> App {
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

fn streams(app: App) -> App {
    app.get("/stream/{pieces:int}", |Path(n): Path<u64>| Pieces::new(n).into_response())
        .get("/stream/sized/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).announce(n * PIECE_BYTES).into_response()
        })
        .get("/stream/short/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).announce(n * PIECE_BYTES + 1).into_response()
        })
        .get("/stream/later/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).made_by(Maker::Thread(None)).into_response()
        })
        .get("/stream/panic/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).made_by(Maker::Fool).into_response()
        })
        .get("/stream/trailers/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).made_by(Maker::Signer).into_response()
        })
        .get("/endless", || Pieces::new(u64::MAX).into_response())
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

fn open(file: Option<&PathBuf>) -> Result<Response, StatusCode> {
    let file = file.and_then(|path| File::open(path).ok()).ok_or(StatusCode::NOT_FOUND)?;
    let length = file.metadata().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?.len();
    Ok(Response::new(Body::file(Arc::new(file), 0, length)))
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

/// A body in equal pieces, of the letters in turn.
struct Pieces {
    made: u64,
    count: u64,
    length: Option<u64>,
    maker: Maker,
}

/// How the pieces are made.
enum Maker {
    /// At once.
    Nobody,
    /// Each by a thread.
    Thread(Option<Promise<()>>),
    /// At once, and instead of the end it panics.
    Fool,
    /// At once, and the end has a trailer section.
    Signer,
}

impl Pieces {
    fn new(count: u64) -> Self {
        Self { made: 0, count, length: None, maker: Maker::Nobody }
    }

    fn announce(self, length: u64) -> Self {
        Self { length: Some(length), ..self }
    }

    fn made_by(self, maker: Maker) -> Self {
        Self { maker, ..self }
    }

    fn into_response(self) -> Response {
        Response::new(Body::stream(self))
    }

    fn next(&mut self) -> Option<Frame<Bytes>> {
        if self.made > self.count {
            return None;
        }
        self.made += 1;
        if self.made > self.count {
            return self.end();
        }
        let letter = b'a' + ((self.made - 1) % 26) as u8;
        Some(Frame::data(vec![letter; PIECE_BYTES as usize].into()))
    }

    fn end(&self) -> Option<Frame<Bytes>> {
        match self.maker {
            Maker::Nobody | Maker::Thread(_) => None,
            Maker::Fool => panic!("asked for"),
            Maker::Signer => {
                let fields = [("x-signature", "nest")].map(|(name, value)| {
                    (name.parse().expect("a name"), HeaderValue::from_static(value))
                });
                Some(Frame::trailers(HeaderMap::from_iter(fields)))
            }
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Maker::Thread(promise) = &mut self.maker {
            let promise = promise.get_or_insert_with(|| Promise::pause(0));
            if Pin::new(promise).poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.maker = Maker::Thread(None);
        }
        Poll::Ready(self.next().map(Ok))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
