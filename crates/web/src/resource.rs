//! A resource: the routes that share the shape of their pattern, by method.

use std::panic::Location;

use gnezdo_core::Reply;
use http::{HeaderValue, Method};

use crate::arguments::Routed;
use crate::response::Memo;
use crate::routing::Pattern;

/// A pattern, a method and a handler, as they were declared.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) pattern: Pattern,
    pub(crate) declared_at: &'static Location<'static>,
    pub(crate) memo: Memo,
    /// Whether the handler looks at the request, beyond the parameters of its path.
    pub(crate) needs_request: bool,
    pub(crate) handler: Box<dyn Fn(Routed<'_>) -> Reply + Send + Sync>,
}

/// The routes of one resource.
#[derive(Default)]
pub(crate) struct Resource {
    routes: Vec<Route>,
}

impl Resource {
    /// Adds a route; the one that has its method already, if there is one.
    pub(crate) fn add(&mut self, route: Route) -> Result<(), &Route> {
        // Looked up twice to please the borrow checker; tables are built once.
        match self.routes.iter().position(|r| r.method == route.method) {
            Some(taken) => Err(&self.routes[taken]),
            None => {
                self.routes.push(route);
                Ok(())
            }
        }
    }

    /// The route that answers a method.
    ///
    /// RFC 9110 §9.3.2: `HEAD` is `GET` without the content, which the machine leaves out.
    pub(crate) fn route(&self, method: &Method) -> Option<&Route> {
        let own = self.routes.iter().find(|r| r.method == *method);
        if own.is_none() && method == Method::HEAD {
            return self.routes.iter().find(|r| r.method == Method::GET);
        }
        own
    }

    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.routes.iter().map(|r| &r.method)
    }
}

/// The methods that a resource, or several that fit one path, can answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowed(Vec<Method>);

impl Allowed {
    /// Adds methods, and those that come with them: `HEAD` with `GET`, `OPTIONS` always.
    pub(crate) fn extend<'m>(&mut self, methods: impl Iterator<Item = &'m Method>) {
        for method in methods {
            self.add(method);
            if method == Method::GET {
                self.add(&Method::HEAD);
            }
        }
        self.add(&Method::OPTIONS);
    }

    /// The value of the field `Allow` (RFC 9110 §10.2.1).
    pub(crate) fn to_field(&self) -> HeaderValue {
        let names: Vec<&str> = self.0.iter().map(Method::as_str).collect();
        // A method is a token, and tokens are legal in values.
        HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static(""))
    }

    fn add(&mut self, method: &Method) {
        if !self.0.contains(method) {
            self.0.push(method.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allow_names_each_method_once() {
        let mut allowed = Allowed::default();
        allowed.extend([Method::GET, Method::POST].iter());
        allowed.extend([Method::HEAD, Method::POST, Method::PUT].iter());
        assert_eq!(allowed.to_field(), "GET, HEAD, POST, OPTIONS, PUT");
    }
}
