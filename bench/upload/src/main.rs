//! Reads what is sent to it a piece at a time, drops it, and answers when all of it has come:
//! `upload run --listen 127.0.0.1:8080`, then `POST /upload`.
#![forbid(unsafe_code)]

use gnezdo::prelude::*;
use http_body_util::BodyExt;

fn main() -> gnezdo::Result {
    App::new().post("/upload", read_and_drop).main()
}

async fn read_and_drop(request: Request) -> Result<&'static str, StatusCode> {
    let mut content = request.into_body();
    while let Some(frame) = content.frame().await {
        frame.map_err(|_| StatusCode::BAD_REQUEST)?;
    }
    Ok("received")
}
