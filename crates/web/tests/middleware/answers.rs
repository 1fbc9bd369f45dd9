//! Requests of an app and answers read to their end, without a server.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use gnezdo_core::{Body, ConnectionInfo, Reply, Request, Service};
use http::uri::Scheme;
use http::{HeaderMap, Method};
use http_body_util::BodyExt;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What the body said of its length before it was read.
    pub(crate) promised: Option<u64>,
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

/// A request with these fields.
pub(crate) fn request(method: Method, target: &str, fields: &[(&str, &str)]) -> Request {
    let mut request = http::Request::builder().method(method).uri(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

/// A request that came from `peer`.
pub(crate) fn request_from(peer: &str, scheme: Scheme, fields: &[(&str, &str)]) -> Request {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut request = request(Method::GET, "/", fields);
    request.extensions_mut().insert(ConnectionInfo::new(peer, scheme));
    request
}

pub(crate) fn get(service: &impl Service, fields: &[(&str, &str)]) -> Answer {
    ask(service, request(Method::GET, "/", fields))
}

pub(crate) fn ask(service: &impl Service, request: Request) -> Answer {
    read(service.call(request))
}

pub(crate) fn read(reply: Reply) -> Answer {
    let (parts, body) = wait(reply.into_response()).into_parts();
    let promised = body.length();
    let body = wait(body.collect()).unwrap().to_bytes().into();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body, promised }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread, which sleeps meanwhile.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
