//! Fields that tell browsers to be careful.
//!
//! The values are those of the OWASP cheat sheet on HTTP headers, where it leaves no choice; the
//! policy for content is helmet's without its exceptions for fonts and pictures from anywhere. A
//! field that a handler has set is left as it is: it knows its page.

use std::sync::Arc;
use std::time::Duration;

use gnezdo_core::{ConnectionInfo, Reply, Request};
use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::middleware::{Middleware, Next};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");

const DEFAULTS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (X_FRAME_OPTIONS, "DENY"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (PERMISSIONS_POLICY, "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()"),
    (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
];

/// How long browsers keep to `https`, by default: a year, the least that hstspreload.org takes.
const HSTS_TIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Sets the fields by which browsers guard a site and its users, on every answer that does not
/// have them.
///
/// | field | by default |
/// |---|---|
/// | `X-Content-Type-Options` | `nosniff` |
/// | `Referrer-Policy` | `strict-origin-when-cross-origin` |
/// | `X-Frame-Options` | `DENY` |
/// | `Content-Security-Policy` | all from this site, styles also inline, pictures also as `data:`; in no frame |
/// | `Permissions-Policy` | no camera, screen, place, microphone, USB |
/// | `Cross-Origin-Opener-Policy` | `same-origin` |
/// | `Strict-Transport-Security` | a year, over `https` only (RFC 6797 §7.2) |
///
/// ```
/// use gnezdo_web::App;
/// use gnezdo_web::middleware::SecurityHeaders;
/// use http::HeaderValue;
/// use http::header::CONTENT_SECURITY_POLICY;
///
/// let policy = HeaderValue::from_static("default-src 'self'; frame-ancestors https://a.example");
/// let headers = SecurityHeaders::new().set(CONTENT_SECURITY_POLICY, policy);
/// let app = App::new().get("/", || "Hello").wrap(headers);
/// ```
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    fields: Arc<HeaderMap>,
    /// For answers over `https` only.
    hsts: Option<HeaderValue>,
}

/// What else keeps to `https`, when a site does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subdomains {
    /// This host alone.
    Excluded,
    /// All hosts below it, too: they have to speak `https`, those of colleagues as well.
    Included,
}

impl SecurityHeaders {
    /// The fields of the table.
    pub fn new() -> Self {
        let fields = DEFAULTS.map(|(name, value)| (name, HeaderValue::from_static(value)));
        let headers = Self { fields: Arc::new(HeaderMap::from_iter(fields)), hsts: None };
        headers.strict_transport_security(HSTS_TIME, Subdomains::Excluded)
    }

    /// Sets a field to another value, or one more field.
    #[must_use]
    pub fn set(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if name == STRICT_TRANSPORT_SECURITY {
            self.hsts = Some(value);
        } else {
            Arc::make_mut(&mut self.fields).insert(name, value);
        }
        self
    }

    /// Leaves a field out.
    #[must_use]
    pub fn without(mut self, name: &HeaderName) -> Self {
        if *name == STRICT_TRANSPORT_SECURITY {
            self.hsts = None;
        }
        Arc::make_mut(&mut self.fields).remove(name);
        self
    }

    /// How long browsers keep to `https` after each answer, in whole seconds; zero makes them
    /// forget it (RFC 6797 §6.1.1).
    #[must_use]
    pub fn strict_transport_security(mut self, time: Duration, subdomains: Subdomains) -> Self {
        let rest = match subdomains {
            Subdomains::Excluded => "",
            Subdomains::Included => "; includeSubDomains",
        };
        let value = format!("max-age={}{rest}", time.as_secs());
        self.hsts = HeaderValue::try_from(value).ok();
        self
    }

    /// RFC 6797 §7.2: not over a connection that is not encrypted, where anybody could say it.
    fn hsts(&self, info: Option<&ConnectionInfo>) -> Option<HeaderValue> {
        let is_encrypted = info.is_some_and(|info| info.scheme == Scheme::HTTPS);
        self.hsts.clone().filter(|_| is_encrypted)
    }
}

impl Default for SecurityHeaders {
    fn default() -> Self {
        Self::new()
    }
}

/// Adds the fields that are not there. `X-Frame-Options` does not get into the way of a policy of
/// the page's own: where that has `frame-ancestors`, browsers do not look at the older field.
fn add(fields: &HeaderMap, hsts: Option<HeaderValue>, response: &mut HeaderMap) {
    for (name, value) in fields {
        response.entry(name).or_insert_with(|| value.clone());
    }
    if let Some(value) = hsts {
        response.entry(STRICT_TRANSPORT_SECURITY).or_insert(value);
    }
}

impl Middleware for SecurityHeaders {
    fn handle(&self, request: Request, next: Next) -> Reply {
        let hsts = self.hsts(request.extensions().get());
        let fields = Arc::clone(&self.fields);
        next.call(request).map(move |mut response| {
            add(&fields, hsts, response.headers_mut());
            response
        })
    }

    fn wants_connection_info(&self) -> bool {
        self.hsts.is_some()
    }
}
