//! Where a request really came from, where proxies stand between the client and us.
//!
//! Whoever connects may write what they like into `Forwarded` or `X-Forwarded-For`. So these fields
//! are read only if the other end of the connection is trusted, and from the right, because each
//! proxy adds at the right: the first address that is not trusted is the client, and what stands
//! left of it is the client's own invention. Only one family of fields is read: a proxy that sets
//! one hands the other on as the client wrote it.

mod forwarded;
mod hops;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use gnezdo_core::grammar::is_host;
use gnezdo_core::{ConnectionInfo, Reply, Request};
use gnezdo_socket::{Network, Peer};
use http::header::{FORWARDED, HOST};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue};

use self::hops::Hop;
use crate::middleware::{Middleware, Next};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What tells of a client by hearsay, and is not read by us.
static UNREAD: [HeaderName; 4] = [
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-real-ip"),
];

static X_FORWARDED: [HeaderName; 3] = [X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO];

/// How many proxies may stand in a row. Real rows have two or three; more than this many
/// addresses are read by nobody.
const HOPS_MAX: usize = 32;

/// Takes the word of proxies for who the client is.
///
/// For a request from a trusted proxy the [`ConnectionInfo`] says what the proxy says: the client's
/// address, and whether it speaks `https`. [`ClientAddress`](crate::ClientAddress), rate limits and
/// IP rules follow. From everybody else the fields are taken away, so that nobody behind this is
/// deceived by them.
///
/// By default `X-Forwarded-For` and `X-Forwarded-Proto` are read, as most proxies set them, and
/// `Forwarded` is taken away; [`forwarded`](Self::forwarded) has it the other way round.
/// `X-Real-IP`, `X-Forwarded-Port`, `-Prefix` and `-Server` are always taken away. The host
/// stays what the request says, unless [`host`](Self::host) is asked for.
///
/// A proxy may hide its client behind a name (`_hidden`, `unknown`: RFC 7239 §6.2 and §6.3). Then
/// the client is taken to be the proxy.
///
/// ```
/// use gnezdo_web::middleware::TrustedProxies;
/// use gnezdo_web::{App, ClientAddress};
///
/// let proxies = TrustedProxies::new(["10.0.0.0/8".parse()?, "127.0.0.1".parse()?]);
/// let app = App::new()
///     .get("/ip", |client: ClientAddress| client.ip().to_string())
///     .wrap(proxies);
/// # Ok::<(), gnezdo_socket::NetworkError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TrustedProxies {
    networks: Arc<[Network]>,
    unix: Trust,
    family: Family,
    host: Host,
}

/// Whether the other end of a unix socket is a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Trusted,
    Untrusted,
}

/// Which fields are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    XForwarded,
    Forwarded,
}

/// Whose word on the host counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    Requests,
    Proxys,
}

/// What a proxy says of a request.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    client: Option<SocketAddr>,
    scheme: Option<Scheme>,
    host: Option<String>,
}

impl TrustedProxies {
    /// Trusts the proxies in these networks. Name no more than the proxies: whoever is in one of
    /// them can say to be anybody.
    pub fn new(networks: impl IntoIterator<Item = Network>) -> Self {
        Self {
            networks: networks.into_iter().collect(),
            unix: Trust::Untrusted,
            family: Family::XForwarded,
            host: Host::Requests,
        }
    }

    /// Trusts whoever connects over a unix socket, too.
    #[must_use]
    pub fn unix_sockets(mut self) -> Self {
        self.unix = Trust::Trusted;
        self
    }

    /// Reads `Forwarded` (RFC 7239) instead of `X-Forwarded-*`.
    #[must_use]
    pub fn forwarded(mut self) -> Self {
        self.family = Family::Forwarded;
        self
    }

    /// Takes the proxy's word on the host, too, from `X-Forwarded-Host` or the parameter `host`: it
    /// becomes the request's `Host`. For proxies that set it on every request; one that hands it on
    /// as the client wrote it lets clients choose their virtual host, and what links look like.
    #[must_use]
    pub fn host(mut self) -> Self {
        self.host = Host::Proxys;
        self
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(ip))
    }

    fn trusts_peer(&self, info: &ConnectionInfo) -> bool {
        match info.peer {
            Some(peer) => self.trusts(peer.ip()),
            None => self.unix == Trust::Trusted,
        }
    }

    /// What the fields say of who is behind the proxies.
    fn told(&self, headers: &HeaderMap) -> Told {
        match self.family {
            Family::Forwarded => self.behind(forwarded::hops(headers)),
            Family::XForwarded => {
                let told = self.behind(hops::addresses(headers, &X_FORWARDED_FOR));
                // Most proxies set these anew: the last word is that of the one we trust.
                let last = |name| hops::members(headers, name).next();
                Told {
                    scheme: last(&X_FORWARDED_PROTO).and_then(scheme),
                    host: last(&X_FORWARDED_HOST).and_then(host),
                    ..told
                }
            }
        }
    }

    /// Goes from proxy to proxy, from the nearest on, to the first address that is not trusted, or
    /// to the last that is told.
    fn behind(&self, hops: impl Iterator<Item = Hop>) -> Told {
        let mut told = Told::default();
        for hop in hops.take(HOPS_MAX) {
            (told.scheme, told.host) = (hop.scheme, hop.host);
            let Some(client) = hop.client else { break };
            told.client = Some(client);
            if !self.trusts(client.ip()) {
                break;
            }
        }
        told
    }

    fn rewrite(&self, request: &mut Request) {
        let info = request.extensions().get::<ConnectionInfo>();
        let Some(mut info) = info.filter(|info| self.trusts_peer(info)).cloned() else {
            remove(request.headers_mut(), &X_FORWARDED);
            remove(request.headers_mut(), &[FORWARDED]);
            return;
        };
        let told = self.told(request.headers());
        match self.family {
            Family::XForwarded => remove(request.headers_mut(), &[FORWARDED]),
            Family::Forwarded => remove(request.headers_mut(), &X_FORWARDED),
        }
        if let Some(Peer::Ip(client)) = told.client.map(Peer::from) {
            info.peer = Some(client);
        }
        info.scheme = told.scheme.unwrap_or(info.scheme);
        request.extensions_mut().insert(info);
        if self.host == Host::Proxys
            && let Some(host) = told.host
        {
            set_host(request, &host);
        }
    }
}

fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names.iter().chain(&UNREAD) {
        headers.remove(name);
    }
}

fn scheme(text: &str) -> Option<Scheme> {
    [Scheme::HTTP, Scheme::HTTPS].into_iter().find(|s| text.eq_ignore_ascii_case(s.as_str()))
}

fn host(text: &str) -> Option<String> {
    (!text.is_empty() && is_host(text.as_bytes())).then(|| text.to_owned())
}

/// A target that names a host wins over the field (RFC 9112 §3.2.2), so it must say the same.
fn set_host(request: &mut Request, host: &str) {
    let Ok(value) = HeaderValue::from_str(host) else { return };
    request.headers_mut().insert(HOST, value);
    if request.uri().authority().is_none() {
        return;
    }
    let mut parts = request.uri().clone().into_parts();
    parts.authority = host.parse().ok();
    if let Ok(uri) = http::Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

impl Middleware for TrustedProxies {
    fn handle(&self, mut request: Request, next: Next) -> Reply {
        self.rewrite(&mut request);
        next.call(request)
    }

    fn wants_connection_info(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
