//! The app: a table of routes as a service.
//!
//! It is built once, by value, and does not change afterwards. Mistakes in the table are found
//! while it is built: the short verbs panic and name both declarations, and
//! [`App::try_route`] returns the error instead, for patterns that are not in the source.

use std::error::Error;
use std::fmt;
use std::panic::Location;

use gnezdo_core::{Glance, Ready, Reply, Request, Service, give_fields_back};
use http::header::ALLOW;
use http::{Method, StatusCode};

use crate::arguments::Routed;
use crate::handler::Handler;
use crate::resource::{Allowed, Resource, Route};
use crate::response::{IntoResponse, Memo, constant_text};
use crate::routing::{Captures, Converters, NotFound, Pattern, PatternError, Router};

/// A table of routes that answers requests.
///
/// The [crate's front page](crate) has the rules of patterns, paths and methods.
pub struct App {
    router: Router<Resource>,
    /// The methods of all routes, for `OPTIONS *`.
    allowed: Allowed,
    fallback: Option<Box<dyn Service>>,
    not_found: Ready,
    bad_request: Ready,
}

macro_rules! route_by_method {
    ($($verb:ident $method:ident $name:literal)+) => {$(
        #[doc = concat!("Answers `", $name, "` at a pattern.")]
        ///
        /// # Panics
        /// As [`route`](Self::route).
        #[must_use]
        #[track_caller]
        pub fn $verb<How>(self, pattern: &str, handler: impl Handler<How>) -> Self {
            self.route(Method::$method, pattern, handler)
        }
    )+};
}

impl App {
    /// An app without routes: it answers everything with 404.
    pub fn new() -> Self {
        let mut allowed = Allowed::default();
        allowed.extend([].iter());
        Self {
            router: Router::new(),
            allowed,
            fallback: None,
            not_found: constant_text(StatusCode::NOT_FOUND, "404 Not Found\n"),
            bad_request: constant_text(
                StatusCode::BAD_REQUEST,
                "400 Bad Request: the path is not UTF-8 in percent-coding\n",
            ),
        }
    }

    route_by_method! {
        get GET "GET"
        post POST "POST"
        put PUT "PUT"
        patch PATCH "PATCH"
        delete DELETE "DELETE"
        head HEAD "HEAD"
        options OPTIONS "OPTIONS"
    }

    /// Answers a method at a pattern.
    ///
    /// # Panics
    /// With the text of the [`RouteError`] and the line of the caller. Whether it does depends
    /// on the table alone, never on a request.
    #[must_use]
    #[track_caller]
    pub fn route<How>(self, method: Method, pattern: &str, handler: impl Handler<How>) -> Self {
        match self.try_route(method, pattern, handler) {
            Ok(app) => app,
            Err(error) => panic!("{error}"),
        }
    }

    /// Answers a method at a pattern that may turn out to be wrong.
    ///
    /// # Errors
    /// If the pattern is malformed, the method is taken at a pattern of the same shape, or the
    /// handler asks for another number of parameters than the pattern has.
    #[track_caller]
    pub fn try_route<How, H: Handler<How>>(
        mut self,
        method: Method,
        pattern: &str,
        handler: H,
    ) -> Result<Self, RouteError> {
        let route = Route {
            pattern: parse(pattern, &H::parameter_counts())?,
            method,
            declared_at: Location::caller(),
            memo: Memo::default(),
            needs_request: H::needs_request(),
            handler: Box::new(move |routed| handler.call(routed)),
        };
        let method = route.method.clone();
        let resource = self.router.resource(&route.pattern);
        if let Err(earlier) = resource.add(route) {
            return Err(RouteError::conflict(pattern, earlier));
        }
        self.allowed.extend([method].iter());
        Ok(self)
    }

    /// Hands requests for paths without a route to another service, as they came.
    ///
    /// ```
    /// use gnezdo_core::{Body, Reply, Request, Response};
    /// use gnezdo_web::App;
    ///
    /// # struct Folder;
    /// # impl gnezdo_core::Service for Folder {
    /// #     fn call(&self, _: Request) -> Reply { Reply::Now(Response::new(Body::empty())) }
    /// # }
    /// let app = App::new().get("/api/time", || "now").fallback(Folder);
    /// ```
    #[must_use]
    pub fn fallback(mut self, service: impl Service) -> Self {
        self.fallback = Some(Box::new(service));
        self
    }

    fn missing(&self, request: Request, answer: &Ready) -> Reply {
        match &self.fallback {
            Some(service) => service.call(request),
            None => Reply::Ready(answer.clone()),
        }
    }

    /// The route for a request, or what is to be answered without one.
    fn find(&self, method: &Method, path: &str) -> Result<(&Route, Captures), Unrouted> {
        let mut allowed = None::<Allowed>;
        let found = self.router.find(path, |resource, captures| {
            let route = resource.route(method).map(|route| (route, *captures));
            if route.is_none() {
                allowed.get_or_insert_default().extend(resource.methods());
            }
            route
        });
        found.map_err(|error| match (allowed, error) {
            (Some(allowed), _) => Unrouted::NotAllowed(allowed),
            (None, NotFound::Missing) => Unrouted::Missing,
            (None, NotFound::Undecodable) => Unrouted::Undecodable,
        })
    }
}

/// Why a request has no route.
enum Unrouted {
    Missing,
    Undecodable,
    NotAllowed(Allowed),
}

impl Service for App {
    fn call(&self, mut request: Request) -> Reply {
        let method = request.method();
        // RFC 9110 §9.3.7: the asterisk asks about the server as a whole.
        if method == Method::OPTIONS && request.uri().path() == "*" {
            return allow(StatusCode::NO_CONTENT, &self.allowed);
        }
        match self.find(method, request.uri().path()) {
            Ok((route, captures)) => {
                let reply = (route.handler)(Routed::new(&mut request, captures, route));
                give_fields_back(request.headers_mut());
                reply
            }
            Err(Unrouted::NotAllowed(allowed)) if method == Method::OPTIONS => {
                allow(StatusCode::NO_CONTENT, &allowed)
            }
            Err(Unrouted::NotAllowed(allowed)) => {
                allow((StatusCode::METHOD_NOT_ALLOWED, "405 Method Not Allowed\n"), &allowed)
            }
            Err(Unrouted::Missing) => self.missing(request, &self.not_found),
            Err(Unrouted::Undecodable) => self.missing(request, &self.bad_request),
        }
    }

    /// A handler that only wants parameters of the path, or nothing, needs no request.
    fn glance(&self, request: Glance<'_>) -> Option<Reply> {
        let path = request.path();
        match self.find(request.method(), path) {
            Ok((route, captures)) if !route.needs_request => {
                Some((route.handler)(Routed::at_path(path, captures, route)))
            }
            Err(Unrouted::Missing) => self.fallback.as_ref()?.glance(request),
            _ => None,
        }
    }

    fn can_glance(&self) -> bool {
        true
    }
}

fn allow(answer: impl IntoResponse, allowed: &Allowed) -> Reply {
    let mut response = answer.into_response();
    response.headers_mut().insert(ALLOW, allowed.to_field());
    Reply::Now(response)
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads a pattern that must have these numbers of parameters.
fn parse(text: &str, counts: &[usize]) -> Result<Pattern, RouteError> {
    let pattern = Pattern::parse(text, &Converters::new())
        .map_err(|error| RouteError::Pattern { pattern: text.into(), error })?;
    let has = pattern.names.len();
    match counts.iter().find(|wanted| **wanted != has) {
        Some(&wants) => Err(RouteError::Parameters { pattern: text.into(), has, wants }),
        None => Ok(pattern),
    }
}

/// Why a route cannot be added to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RouteError {
    /// The pattern is malformed.
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        error: PatternError,
    },
    /// Another route has the same method and a pattern of the same shape.
    Conflict {
        /// The method.
        method: Method,
        /// The pattern of the new route.
        pattern: String,
        /// The pattern of the earlier route.
        earlier: String,
        /// Where the earlier route was declared.
        declared_at: &'static Location<'static>,
    },
    /// The handler takes another number of path parameters than the pattern has.
    Parameters {
        /// The pattern.
        pattern: String,
        /// How many parameters it has.
        has: usize,
        /// How many the handler takes.
        wants: usize,
    },
}

impl RouteError {
    fn conflict(pattern: &str, earlier: &Route) -> Self {
        Self::Conflict {
            method: earlier.method.clone(),
            pattern: pattern.into(),
            earlier: earlier.pattern.text.to_string(),
            declared_at: earlier.declared_at,
        }
    }
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { pattern, error } => write!(f, "route {pattern:?}: {error}"),
            Self::Conflict { method, pattern, earlier, declared_at } => write!(
                f,
                "route {method} {pattern:?} collides with {earlier:?}, declared at \
                 {declared_at}; remove one of the two"
            ),
            Self::Parameters { pattern, has, wants } => write!(
                f,
                "route {pattern:?} has {has} parameters, but its handler takes {wants}; change \
                 the pattern or the type in Path<…>"
            ),
        }
    }
}

impl Error for RouteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Pattern { error, .. } => Some(error),
            Self::Conflict { .. } | Self::Parameters { .. } => None,
        }
    }
}
