//! A resource: what answers the paths of one shape, by method.

use http::{HeaderValue, Method};

use crate::route::Methods;

/// What answers the paths of one shape: numbers of routes, by method, or of a mounted service.
#[derive(Default)]
pub(crate) struct Resource {
    routes: Vec<(Method, usize)>,
    any: Option<usize>,
    mount: Option<usize>,
}

impl Resource {
    /// Adds a route; the first that has one of its methods already, if there is one.
    pub(crate) fn add(&mut self, methods: &Methods, index: usize) -> Result<(), (Method, usize)> {
        let Methods::Only(methods) = methods else {
            return match self.any.replace(index) {
                Some(earlier) => Err((Method::GET, earlier)),
                None => Ok(()),
            };
        };
        for method in methods {
            if let Some((method, earlier)) = self.routes.iter().find(|(m, _)| m == method) {
                return Err((method.clone(), *earlier));
            }
            self.routes.push((method.clone(), index));
        }
        Ok(())
    }

    /// Adds a mounted service; the one that is there already, if there is one.
    pub(crate) fn add_mount(&mut self, index: usize) -> Result<(), usize> {
        self.mount.replace(index).map_or(Ok(()), Err)
    }

    pub(crate) fn mount(&self) -> Option<usize> {
        self.mount
    }

    /// The route that answers a method.
    ///
    /// RFC 9110 §9.3.2: `HEAD` is `GET` without the content, which the machine leaves out.
    pub(crate) fn route(&self, method: &Method) -> Option<usize> {
        let of = |method: &Method| {
            self.routes.iter().find(|(m, _)| m == method).map(|(_, index)| *index)
        };
        let head_as_get = || (method == Method::HEAD).then(|| of(&Method::GET)).flatten();
        of(method).or_else(head_as_get).or(self.any)
    }

    /// One of its routes.
    pub(crate) fn any_route(&self) -> Option<usize> {
        self.routes.first().map(|(_, index)| *index).or(self.any)
    }

    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.routes.iter().map(|(method, _)| method)
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

    #[test]
    fn a_route_for_all_methods_takes_what_the_others_leave() {
        let mut resource = Resource::default();
        resource.add(&Methods::Any, 0).unwrap();
        resource.add(&Methods::Only(vec![Method::GET]), 1).unwrap();
        let routes = [Method::GET, Method::HEAD, Method::PUT].map(|m| resource.route(&m));
        assert_eq!(routes, [Some(1), Some(1), Some(0)]);
        assert_eq!(resource.add(&Methods::Any, 2), Err((Method::GET, 0)));
    }
}
