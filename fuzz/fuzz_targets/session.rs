//! Whatever a client sends, and however it is cut: no panic, answers bounded by what was asked,
//! and a connection whose client has nothing more to say comes to its end.
#![no_main]

use std::task::{Context, Waker};

use bytes::Bytes;
use gnezdo_core::{Request, Wants};
use gnezdo_fuzz::cuts_by;
use gnezdo_server::InMemory;
use gnezdo_socket::Peer;
use gnezdo_web::{App, Path};
use http_body_util::{BodyExt, Limited};
use libfuzzer_sys::fuzz_target;

/// The shortest request.
const REQUEST_BYTES_MIN: usize = 18;

/// An answer, without the content that is sent back.
const ANSWER_BYTES_MAX: usize = 400;

fuzz_target!(|octets: &[u8]| {
    let Some((cuts, octets)) = octets.split_first() else { return };
    let mut connection = InMemory::new(app(), Default::default(), Peer::Unix);
    let mut said = 0;
    let mut start = 0;
    for cut in cuts_by(*cuts, octets.len()).into_iter().chain([octets.len()]) {
        connection.handle_input(&octets[start..cut]);
        said += settle(&mut connection);
        start = cut;
    }
    connection.handle_eof();
    said += settle(&mut connection);
    assert!(matches!(connection.wants(), Wants::Close(_)));
    let requests = octets.len() / REQUEST_BYTES_MIN + 1;
    assert!(said <= requests * ANSWER_BYTES_MAX + octets.len());
});

fn app() -> App {
    App::new()
        .get("/", || "constant")
        .get("/{id:int}", |Path(id): Path<u64>| format!("{id}"))
        .get("/{name}/{rest:path}", |Path((name, rest)): Path<(String, String)>| {
            format!("{} {}", name.len(), rest.len())
        })
        .post("/", |_: Request| "unread")
        .post("/echo", echo)
}

async fn echo(request: Request) -> Result<Bytes, &'static str> {
    let content = Limited::new(request.into_body(), 1 << 16).collect().await;
    content.map(|content| content.to_bytes()).map_err(|_| "broken off")
}

/// Sends all that there is to send; gives how much it was.
fn settle(connection: &mut InMemory) -> usize {
    let mut said = 0;
    loop {
        let length = connection.output().len();
        said += length;
        connection.handle_flushed();
        connection.advance(&mut Context::from_waker(Waker::noop()));
        if length == 0 && connection.output().is_empty() {
            return said;
        }
    }
}
