//! The service for clients who speak HTTP where `https` is to be spoken: it sends them there.

use gnezdo_core::grammar::is_host;
use gnezdo_core::{Body, Reply, Request, Response, Service};
use http::header::{CONNECTION, CONTENT_TYPE, HOST, LOCATION};
use http::uri::Authority;
use http::{HeaderValue, Method, StatusCode, Uri};

/// The port that a URL of the scheme `https` need not name (RFC 9110 §4.2.2).
const HTTPS_PORT: u16 = 443;

/// Redirects every request to the same resource by `https`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redirect {
    port: Port,
}

/// Where `https` is spoken, on the host that the client has asked.
#[derive(Clone, Copy, Debug)]
enum Port {
    /// Where the client has asked.
    Same,
    Other(u16),
}

impl Redirect {
    /// For clients who have come to a port that speaks TLS.
    pub(crate) fn to_same_port() -> Self {
        Self { port: Port::Same }
    }

    /// For clients of an address of its own.
    pub(crate) fn to_port(port: u16) -> Self {
        Self { port: Port::Other(port) }
    }

    /// Where a request is sent; `None` if it does not say which host it means.
    fn location(self, request: &Request) -> Option<String> {
        let host = request.headers().get(HOST)?.as_bytes();
        if host.is_empty() || !is_host(host) || *request.method() == Method::CONNECT {
            return None;
        }
        let authority = Authority::try_from(host).ok()?;
        let port = match self.port {
            Port::Same => authority.port_u16().unwrap_or(HTTPS_PORT),
            Port::Other(port) => port,
        };
        let host = authority.host();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let path = if path == "*" { "/" } else { path };
        let location = match port {
            HTTPS_PORT => format!("https://{host}{path}"),
            port => format!("https://{host}:{port}{path}"),
        };
        // What a URL cannot be is not sent as one.
        Uri::try_from(&location).ok().map(|_| location)
    }
}

impl Service for Redirect {
    fn call(&self, request: Request) -> Reply {
        let location = self.location(&request).and_then(|l| HeaderValue::try_from(l).ok());
        let (status, text) = match &location {
            // RFC 9110 §15.4.9: with 308 the method stays the same.
            Some(location) => {
                let location = String::from_utf8_lossy(location.as_bytes());
                (StatusCode::PERMANENT_REDIRECT, format!("This is at {location}\n"))
            }
            None => {
                let text = "This port speaks TLS, not plain HTTP; use https:// in the URL.\n";
                (StatusCode::BAD_REQUEST, text.into())
            }
        };
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        let fields = response.headers_mut();
        fields.insert(CONNECTION, HeaderValue::from_static("close"));
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if let Some(location) = location {
            fields.insert(LOCATION, location);
        }
        Reply::Now(response)
    }

    fn wants_connection_info(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(redirect: Redirect, method: &str, target: &str, host: Option<&str>) -> Response {
        let mut request = http::Request::builder().method(method).uri(target);
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let Reply::Now(response) = redirect.call(request.body(Body::empty()).unwrap()) else {
            panic!("it is at hand");
        };
        response
    }

    #[test]
    fn the_resource_stays_the_same() {
        for (redirect, target, host, expected) in [
            (Redirect::to_same_port(), "/a?b=c", "x:8443", "https://x:8443/a?b=c"),
            (Redirect::to_same_port(), "/", "x", "https://x/"),
            (Redirect::to_port(443), "/a", "x:80", "https://x/a"),
            (Redirect::to_port(8443), "/a", "x:80", "https://x:8443/a"),
            (Redirect::to_port(8443), "//evil/a", "x", "https://x:8443//evil/a"),
            (Redirect::to_port(443), "/", "[::1]:80", "https://[::1]/"),
            (Redirect::to_port(443), "*", "x", "https://x/"),
        ] {
            let response = answer(redirect, "OPTIONS", target, Some(host));
            assert_eq!(response.status(), 308);
            assert_eq!(response.headers()[LOCATION], expected);
        }
    }

    #[test]
    fn who_names_no_host_is_told_in_words() {
        for host in [None, Some("")] {
            let response = answer(Redirect::to_port(443), "GET", "/", host);
            assert_eq!(response.status(), 400);
            assert!(!response.headers().contains_key(LOCATION));
        }
    }
}
