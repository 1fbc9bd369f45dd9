//! Answers at hand: octets in memory, a file, none, and what only the server knows.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use gnezdo::http::StatusCode;
use gnezdo::{App, Body, ConnectionInfo, Path, Response};

/// Octets of the largest answer that is made in memory.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Adds the routes. `file` is what `/file` serves.
pub(crate) fn add_to(app: App, file: Option<PathBuf>) -> App {
    app.get("/client", client)
        .get("/pid", || std::process::id().to_string())
        .get("/bytes/{n:int}", |Path(n): Path<u64>| vec![b'x'; n.min(BYTES_MAX) as usize])
        .get("/file", move || open(file.as_ref()))
        .get("/empty", || ())
        .get("/not-modified", || StatusCode::NOT_MODIFIED)
}

/// Where the request comes from: an address or `unix`, and the scheme.
fn client(ConnectionInfo { peer, scheme }: ConnectionInfo) -> String {
    let peer = peer.map_or_else(|| "unix".into(), |peer| peer.to_string());
    format!("{peer} {scheme}")
}

fn open(file: Option<&PathBuf>) -> Result<Response, StatusCode> {
    let file = file.and_then(|path| File::open(path).ok()).ok_or(StatusCode::NOT_FOUND)?;
    let length = file.metadata().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?.len();
    Ok(Response::new(Body::file(Arc::new(file), 0, length)))
}
