//! Gives each request a name that the client, the log and the pages for faults share.
//!
//! What a client calls its request is worth something only if the client is trusted: else anybody
//! could write another's name into the log. So a name from outside is taken if that was asked for,
//! and only one that fits into a line of a log as it is.

use gnezdo_core::{Reply, Request};
use http::{HeaderMap, HeaderValue};

use crate::asked::X_REQUEST_ID;
use crate::middleware::{Middleware, Next};
use crate::site::new_request_id;

/// How long the name of a request from outside may be, in bytes: UUIDs have 36, and the ids of
/// the traces that cloud providers hand on up to 64.
const ID_BYTES_MAX: usize = 64;

/// Names each request in its field `X-Request-Id`, and the answer with it.
///
/// By default the name is made here, 16 hexadecimal digits, and what the client sent is replaced.
/// The field is no standard, but what proxies and log viewers agree on.
///
/// ```
/// use gnezdo_core::{Body, Reply, Service};
/// use gnezdo_web::App;
/// use gnezdo_web::middleware::RequestId;
///
/// let app = App::new().get("/", || "Hello").wrap(RequestId::new());
/// let request = http::Request::get("/").body(Body::empty()).unwrap();
/// let Reply::Now(answer) = app.call(request) else { unreachable!() };
/// assert_eq!(answer.headers()["x-request-id"].len(), 16);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestId {
    names: Names,
}

/// Who names requests.
#[derive(Clone, Copy, Debug, Default)]
enum Names {
    #[default]
    Ours,
    /// The client, if it does so well.
    Clients,
}

/// The name that a request was given here, among its extensions.
#[derive(Clone, Debug)]
pub(crate) struct Given(pub(crate) HeaderValue);

impl RequestId {
    /// Names every request anew.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the name that the client gave in `X-Request-Id`, if it is one: 1 to 64 visible
    /// characters of ASCII. For apps whose clients are programs of one's own, or a proxy that sets
    /// the field on every request.
    #[must_use]
    pub fn trust_client(mut self) -> Self {
        self.names = Names::Clients;
        self
    }

    fn id(self, headers: &HeaderMap) -> HeaderValue {
        let theirs = match self.names {
            Names::Ours => None,
            Names::Clients => theirs(headers),
        };
        theirs.cloned().unwrap_or_else(ours)
    }
}

/// The one name that a client gave, if it can be taken.
fn theirs(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(X_REQUEST_ID).iter();
    let id = lines.next()?;
    let is_only = lines.next().is_none();
    let length = id.len();
    let is_name =
        (1..=ID_BYTES_MAX).contains(&length) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    (is_only && is_name).then_some(id)
}

fn ours() -> HeaderValue {
    // Digits are always a value.
    HeaderValue::try_from(new_request_id()).unwrap_or(HeaderValue::from_static("0"))
}

impl Middleware for RequestId {
    fn handle(&self, mut request: Request, next: Next) -> Reply {
        let id = self.id(request.headers());
        request.headers_mut().insert(X_REQUEST_ID, id.clone());
        request.extensions_mut().insert(Given(id.clone()));
        next.call(request).map(|mut response| {
            response.headers_mut().insert(X_REQUEST_ID, id);
            response
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_fits_a_line_is_taken() {
        let long = "a".repeat(ID_BYTES_MAX);
        let too_long = "a".repeat(ID_BYTES_MAX + 1);
        for (lines, taken) in [
            (&["a"][..], Some("a")),
            (&["01HZ-ab_c.d/e:f=~!"], Some("01HZ-ab_c.d/e:f=~!")),
            (&[&long], Some(&*long)),
            (&[&too_long], None),
            (&[""], None),
            (&["a b"], None),
            (&["a\tb"], None),
            (&["a\u{e4}"], None),
            (&["a", "b"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(X_REQUEST_ID, HeaderValue::from_bytes(line.as_bytes()).unwrap());
            }
            let found = theirs(&headers).map(|id| id.to_str().unwrap());
            assert_eq!(found, taken, "{lines:?}");
        }
    }

    #[test]
    fn a_name_of_ours_is_never_the_same() {
        assert_ne!(ours(), ours());
    }
}
