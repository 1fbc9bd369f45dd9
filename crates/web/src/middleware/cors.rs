//! Who may read answers from another origin: the CORS protocol of the Fetch standard.
//!
//! A browser asks before it sends what no form could send (a preflight, §4.8), and shows a page an
//! answer only if its fields allow it. Preflights are answered here, without the app. Requests
//! themselves are never refused here: what CORS guards is the answer; against forged requests there
//! is CSRF protection.

mod error;
pub(super) mod origin;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use gnezdo_core::grammar::{is_token, list_members};
use gnezdo_core::{Reply, Request};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

pub use self::error::CorsError;
use self::origin::is_origin;
use crate::middleware::{Middleware, Next};
use crate::response::IntoResponse;

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// On what the answer to a preflight depends, where it depends on the origin at all.
const PREFLIGHT_VARY: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);

/// How many names of fields a preflight may ask for where all are allowed: more than any script
/// sets, and few enough to be said back.
const HEADERS_MAX: usize = 64;

/// Lets pages of other origins read answers (Fetch standard, §3.3).
///
/// | | by default |
/// |---|---|
/// | [origins](Self::origins) | as they are named; a sandboxed page (`null`) never |
/// | [methods](Self::methods) | GET, HEAD, POST, PUT, PATCH, DELETE |
/// | [headers](Self::headers) | `content-type`, so that JSON can be sent |
/// | [exposed fields](Self::expose) | those that are always shown, such as `content-type` |
/// | [credentials](Cors::credentials) | none |
/// | [max-age](Self::max_age) | as browsers have it: 5 s |
/// | [private networks](Self::private_network) | not reached from public pages |
///
/// A field that the handler itself has set is left as it is.
///
/// ```
/// use std::time::Duration;
///
/// use gnezdo_web::App;
/// use gnezdo_web::middleware::Cors;
///
/// let cors = Cors::origins(["https://shop.example", "http://localhost:5173"])?
///     .credentials()
///     .max_age(Duration::from_secs(600));
/// let app = App::new().get("/api/time", || "now").wrap(cors);
/// # Ok::<(), gnezdo_web::middleware::CorsError>(())
/// ```
///
/// Credentials for every origin would give each page in the world what the user may see. They
/// cannot be asked for:
///
/// ```compile_fail
/// use gnezdo_web::middleware::Cors;
///
/// let cors = Cors::any().credentials();
/// ```
#[derive(Debug)]
pub struct Cors<Whose = NamedOrigins> {
    policy: Arc<Policy>,
    whose: PhantomData<Whose>,
}

/// Origins that are known.
#[derive(Debug)]
pub enum NamedOrigins {}

/// All origins.
#[derive(Debug)]
pub enum AnyOrigin {}

/// Who may read what.
#[derive(Clone)]
struct Policy {
    origins: Origins,
    methods: HeaderValue,
    headers: Headers,
    exposed: Option<HeaderValue>,
    credentials: Credentials,
    max_age: Option<Duration>,
    private_network: PrivateNetwork,
}

#[derive(Clone)]
enum Origins {
    Any,
    List(Vec<String>),
    If(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

#[derive(Clone)]
enum Headers {
    /// Whatever is asked for.
    Any,
    List(HeaderValue),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    Omitted,
    Included,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PrivateNetwork {
    Guarded,
    Reachable,
}

impl Cors {
    /// Lets pages of these origins read, and no others: `https://shop.example`, with the port if
    /// it is not the scheme's own, without a path.
    ///
    /// # Errors
    /// What is no origin as browsers write them; `*` and `null`, which are not some origins but
    /// everybody.
    pub fn origins<'o>(origins: impl IntoIterator<Item = &'o str>) -> Result<Self, CorsError> {
        let list = origins.into_iter().map(origin::checked).collect::<Result<_, _>>()?;
        Ok(Self::with(Origins::List(list)))
    }

    /// Lets pages read whose origin the function allows. It is given what browsers write
    /// (`https://a.shop.example`), never `null` and nothing malformed. Compare whole names: an
    /// origin that merely ends with `shop.example` may be `https://evilshop.example`.
    pub fn origin_if(allows: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::with(Origins::If(Arc::new(allows)))
    }

    /// Lets pages send cookies and see what is meant for their user only.
    #[must_use]
    pub fn credentials(self) -> Self {
        self.change(|policy| policy.credentials = Credentials::Included)
    }
}

impl Cors<AnyOrigin> {
    /// Lets every page read, without credentials: for what is public anyway.
    pub fn any() -> Self {
        Self::with(Origins::Any)
    }
}

impl<Whose> Cors<Whose> {
    fn with(origins: Origins) -> Self {
        let policy = Policy {
            origins,
            methods: HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"),
            headers: Headers::List(HeaderValue::from_static("content-type")),
            exposed: None,
            credentials: Credentials::Omitted,
            max_age: None,
            private_network: PrivateNetwork::Guarded,
        };
        Self { policy: Arc::new(policy), whose: PhantomData }
    }

    fn change(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(Arc::make_mut(&mut self.policy));
        self
    }

    /// The methods that pages may use.
    #[must_use]
    pub fn methods(self, methods: impl IntoIterator<Item = Method>) -> Self {
        let list = joined(methods.into_iter().map(|method| method.as_str().to_owned()));
        self.change(|policy| policy.methods = list)
    }

    /// The fields that pages may set, beside those that any form sets.
    #[must_use]
    pub fn headers(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let list = joined(names.into_iter().map(|name| name.as_str().to_owned()));
        self.change(|policy| policy.headers = Headers::List(list))
    }

    /// Lets pages set all fields, `Authorization` among them; up to 64 in one request.
    #[must_use]
    pub fn any_headers(self) -> Self {
        self.change(|policy| policy.headers = Headers::Any)
    }

    /// The fields of answers that pages may see.
    #[must_use]
    pub fn expose(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let list = joined(names.into_iter().map(|name| name.as_str().to_owned()));
        self.change(|policy| policy.exposed = (!list.is_empty()).then_some(list))
    }

    /// How long a browser need not ask again, in whole seconds. Chromium takes no more than two
    /// hours, Firefox a day.
    #[must_use]
    pub fn max_age(self, time: Duration) -> Self {
        self.change(|policy| policy.max_age = Some(time))
    }

    /// Answers browsers that ask before a public page reaches into a private network (Private
    /// Network Access, a draft of the WICG).
    #[must_use]
    pub fn private_network(self) -> Self {
        self.change(|policy| policy.private_network = PrivateNetwork::Reachable)
    }
}

/// Names of methods and fields are always a value.
fn joined(names: impl Iterator<Item = String>) -> HeaderValue {
    let list = names.collect::<Vec<_>>().join(", ");
    HeaderValue::try_from(list).unwrap_or(HeaderValue::from_static(""))
}

/// A request, as the protocol sees it.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Preflight,
    /// Any other, also one that is not CORS at all: the fields of its answer are kept in caches.
    Request,
}

/// §4.8: a preflight is an OPTIONS with both fields.
fn kind(method: &Method, headers: &HeaderMap) -> Kind {
    let asks = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if *method == Method::OPTIONS && asks { Kind::Preflight } else { Kind::Request }
}

impl Policy {
    /// Whether the answer is the same for all origins.
    fn is_same_for_all(&self) -> bool {
        matches!(self.origins, Origins::Any)
    }

    /// What `Access-Control-Allow-Origin` is to say; nothing for those who may not read.
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut lines = headers.get_all(ORIGIN).iter();
        let origin = lines.next().filter(|_| lines.next().is_none());
        let text = origin.and_then(|value| value.to_str().ok()).filter(|text| is_origin(text));
        let is_allowed = match (&self.origins, text) {
            (Origins::Any, _) => return Some(ANY),
            (_, None) => false,
            (Origins::List(list), Some(text)) => list.iter().any(|origin| origin == text),
            (Origins::If(allows), Some(text)) => allows(text),
        };
        origin.filter(|_| is_allowed).cloned()
    }

    /// The fields of every answer.
    fn fields(&self, request: &HeaderMap) -> HeaderMap {
        let mut fields = HeaderMap::new();
        if !self.is_same_for_all() {
            fields.insert(VARY, HeaderValue::from_static("origin"));
        }
        let Some(origin) = self.allowed_origin(request) else { return fields };
        fields.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials == Credentials::Included {
            fields.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        if let Some(names) = &self.exposed {
            fields.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names.clone());
        }
        fields
    }

    /// The fields of the answer to a preflight.
    fn preflight_fields(&self, request: &HeaderMap) -> HeaderMap {
        let mut fields = self.fields(request);
        fields.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
        fields.insert(VARY, PREFLIGHT_VARY);
        if !fields.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            return fields;
        }
        fields.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        if let Some(names) = self.allowed_headers(request).filter(|names| !names.is_empty()) {
            fields.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        if let Some(time) = self.max_age {
            fields.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(time.as_secs()));
        }
        let asks = request.get(REQUEST_PRIVATE_NETWORK) == Some(&TRUE);
        if asks && self.private_network == PrivateNetwork::Reachable {
            fields.insert(ALLOW_PRIVATE_NETWORK, TRUE);
        }
        fields
    }

    /// `*` would not cover `Authorization` and is a name like any other where there are
    /// credentials; so what is asked for is said back. None if it is malformed or too much.
    fn allowed_headers(&self, request: &HeaderMap) -> Option<HeaderValue> {
        if let Headers::List(names) = &self.headers {
            return Some(names.clone());
        }
        let names = list_members(request, &ACCESS_CONTROL_REQUEST_HEADERS);
        let names: Vec<_> = names.filter(|name| !name.is_empty()).take(HEADERS_MAX + 1).collect();
        let can_be_said = names.len() <= HEADERS_MAX && names.iter().all(|name| is_token(name));
        let list = names.join(&b", "[..]);
        can_be_said.then(|| HeaderValue::from_bytes(&list).ok()).flatten()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins: &dyn fmt::Debug = match &self.origins {
            Origins::Any => &"*",
            Origins::List(list) => list,
            Origins::If(_) => &"by a function",
        };
        f.debug_struct("Policy").field("origins", origins).finish_non_exhaustive()
    }
}

impl<Whose> Clone for Cors<Whose> {
    fn clone(&self) -> Self {
        Self { policy: Arc::clone(&self.policy), whose: PhantomData }
    }
}

impl<Whose: Send + Sync + 'static> Middleware for Cors<Whose> {
    fn handle(&self, request: Request, next: Next) -> Reply {
        if kind(request.method(), request.headers()) == Kind::Preflight {
            let mut response = StatusCode::NO_CONTENT.into_response();
            *response.headers_mut() = self.policy.preflight_fields(request.headers());
            return Reply::Now(response);
        }
        let fields = self.policy.fields(request.headers());
        next.call(request).map(|mut response| {
            add(fields, response.headers_mut());
            response
        })
    }
}

/// A handler that sets the origin knows better, and its answer must not get credentials by ours.
fn add(mut fields: HeaderMap, response: &mut HeaderMap) {
    if let Some(vary) = fields.remove(VARY) {
        response.append(VARY, vary);
    }
    if response.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        return;
    }
    for (name, value) in &fields {
        response.entry(name).or_insert_with(|| value.clone());
    }
}

#[cfg(test)]
mod tests;
