//! Keeps other sites from sending forms in the name of a visitor.
//!
//! A browser says where a request was made: by `Sec-Fetch-Site` (Fetch Metadata Request Headers), or
//! by `Origin` or `Referer` if it is an old one. A page of another site cannot change these fields,
//! so they decide. Where none of them came, a token decides that only pages of this app have.

mod content;
mod origin_error;
mod policy;
mod token;

use std::fmt;
use std::sync::Arc;

use gnezdo_core::{Body, ConnectionInfo, Reply, Request, Response};
use http::header::{COOKIE, HOST, HeaderName, ORIGIN, REFERER};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, StatusCode};

pub use origin_error::OriginError;
pub use token::CsrfToken;

use self::content::{FormKind, Peeked, peek};
use self::policy::{Evidence, Verdict, judge};
use self::token::Checked;
use super::cors::origin;
use crate::demands::Demands;
use crate::middleware::{Middleware, Next};
use crate::problem::Problem;
use crate::response::IntoResponse;
use crate::session::{Session, Sessions};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Refuses requests that another site has made in the name of a visitor, with 403: a middleware,
/// which stands inside of [`Sessions`](crate::Sessions).
///
/// `GET`, `HEAD`, `OPTIONS` and `TRACE` pass (RFC 9110 §9.2.1), so they must not change anything.
/// Of all others,
///
/// 1. one with `Sec-Fetch-Site` passes if that is `same-origin` or `none`, or if its `Origin` is
///    [trusted](Self::trust);
/// 2. one without passes if its `Origin`, or else its `Referer`, is the app's own or trusted;
/// 3. one with none of these fields passes if it carries no cookies, or a token: see [`CsrfToken`].
///
/// The app's own origin is the scheme of the connection with the host of the request. Behind a proxy
/// that ends TLS, [`TrustedProxies`](super::TrustedProxies) tells the scheme. `Origin: null` is never
/// the app's own; browsers that know no `Sec-Fetch-Site` send it from pages with
/// `Referrer-Policy: no-referrer`, so do not set that on pages with forms.
///
/// ```
/// use gnezdo_web::middleware::Csrf;
/// use gnezdo_web::{App, Secret, Sessions};
///
/// let app = App::new()
///     .post("/delete", || "deleted")
///     .wrap(Csrf::new())
///     .wrap(Sessions::in_cookie(Secret::generate()));
/// ```
#[derive(Clone, Default)]
pub struct Csrf(Arc<Rules>);

#[derive(Clone, Debug, Default)]
struct Rules {
    trusted: Vec<String>,
    tokens: Tokens,
}

/// Who has to send a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tokens {
    /// Who does not say where the request was made.
    #[default]
    Unknown,
    All,
}

impl Csrf {
    /// Refuses what other sites have made.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the pages of another origin send requests, such as `https://admin.shop.example`.
    ///
    /// # Errors
    /// The origin is not written as browsers write it, and would never fit.
    pub fn trust(mut self, origin: &str) -> Result<Self, OriginError> {
        let checked = origin::checked(origin);
        let origin = checked.map_err(|_| OriginError { origin: origin.to_owned() })?;
        Arc::make_mut(&mut self.0).trusted.push(origin);
        Ok(self)
    }

    /// Asks for a token in any case, whatever browsers say of themselves.
    #[must_use]
    pub fn always_token(mut self) -> Self {
        Arc::make_mut(&mut self.0).tokens = Tokens::All;
        self
    }

    fn verdict(&self, request: &Request) -> Verdict {
        let verdict = judge(&evidence(request), &self.0.trusted);
        let needs_token = self.0.tokens == Tokens::All && !request.method().is_safe();
        if verdict == Verdict::Pass && needs_token { Verdict::AskForToken } else { verdict }
    }
}

fn evidence(request: &Request) -> Evidence<'_> {
    let headers = request.headers();
    let info = request.extensions().get::<ConnectionInfo>();
    let authority = request.uri().authority().map(Authority::as_str);
    Evidence {
        method: request.method(),
        fetch_site: only(headers, &SEC_FETCH_SITE),
        origin: only(headers, &ORIGIN),
        referer: only(headers, &REFERER),
        scheme: info.map_or("http", |info| scheme(&info.scheme)),
        host: authority.or_else(|| only(headers, &HOST)).unwrap_or_default(),
        has_cookies: headers.contains_key(COOKIE),
    }
}

fn scheme(scheme: &Scheme) -> &'static str {
    if *scheme == Scheme::HTTPS { "https" } else { "http" }
}

/// The value of a field that comes once; nothing that could be right if it comes more often.
fn only<'r>(headers: &'r HeaderMap, name: &HeaderName) -> Option<&'r str> {
    let mut lines = headers.get_all(name).iter();
    let value = lines.next()?;
    let is_only = lines.next().is_none();
    Some(value.to_str().ok().filter(|_| is_only).unwrap_or_default())
}

impl Middleware for Csrf {
    fn handle(&self, mut request: Request, next: Next) -> Reply {
        let Some(session) = request.extensions().get::<Session>().cloned() else {
            let problem = Problem::internal("Csrf has to stand inside of Sessions");
            return Reply::Now(problem.into_response());
        };
        request.extensions_mut().insert(CsrfToken::new(session.clone()));
        match self.verdict(&request) {
            Verdict::Pass => next.call(request),
            Verdict::Refuse(detail) => Reply::Now(refusal(detail)),
            Verdict::AskForToken => check_token(&session, request, next),
        }
    }

    fn wants_connection_info(&self) -> bool {
        true
    }

    fn demands(&self, demands: &mut Demands) {
        demands.middleware::<Sessions>();
    }
}

fn check_token(session: &Session, request: Request, next: Next) -> Reply {
    let Some(secret) = session.known_token() else { return Reply::Now(lacks_token()) };
    if let Some(token) = only(request.headers(), &X_CSRF_TOKEN) {
        return pass_with(token::checked(token, &secret), request, next);
    }
    let Some(kind) = FormKind::of(request.headers()) else { return Reply::Now(lacks_token()) };
    let (parts, body) = request.into_parts();
    let decide = move |start: &[u8], body: Body| {
        let checked = kind.token(start).and_then(|token| token::checked(&token, &secret));
        pass_with(checked, Request::from_parts(parts, body), next)
    };
    match peek(body) {
        Peeked::Now(start, body) => decide(&start, body),
        Peeked::Later(future) => Reply::later(async move {
            let (start, body) = future.await;
            decide(&start, body).await
        }),
    }
}

fn pass_with(token: Option<Checked>, request: Request, next: Next) -> Reply {
    match token {
        Some(Checked) => next.call(request),
        None => Reply::Now(lacks_token()),
    }
}

fn lacks_token() -> Response {
    refusal("the form has no token of this session: load its page again, and send it from there")
}

fn refusal(detail: &'static str) -> Response {
    Problem::new(StatusCode::FORBIDDEN).detail(detail).into_response()
}

impl fmt::Debug for Csrf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rules { trusted, tokens } = &*self.0;
        f.debug_struct("Csrf").field("trusted", trusted).field("tokens", tokens).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use super::*;

    #[test]
    fn it_says_that_it_stands_inside_of_sessions() {
        let mut demands = Demands::default();
        Csrf::new().demands(&mut demands);
        let wanted: Vec<_> = demands.middleware.iter().map(|wanted| wanted.id).collect();
        assert_eq!(wanted, [TypeId::of::<Sessions>()]);
    }
}
