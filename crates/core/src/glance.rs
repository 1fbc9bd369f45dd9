//! A request before anything has been made of it.
//!
//! Most answers need a path and nothing else, while making a [`Request`](crate::Request) of a
//! head, with its table of fields, takes longer than all else that is done for a small answer.
//! So a service may look before it is made.

use std::fmt;

use http::{HeaderName, Method};

/// The lines of a head that are fields, wherever they lie.
pub trait FieldLines {
    /// Shows name and value of each line in their order, until `see` gives false. Names come as
    /// they were sent: they are compared without regard to case.
    fn each(&self, see: &mut dyn FnMut(&[u8], &[u8]) -> bool);
}

/// A request without content, as [`Service::glance`](crate::Service::glance) sees it: judged, and
/// found to be well-formed, but not made.
#[derive(Clone, Copy)]
pub struct Glance<'h> {
    method: &'h Method,
    path: &'h str,
    query: Option<&'h str>,
    fields: &'h dyn FieldLines,
}

impl<'h> Glance<'h> {
    /// A request with a target in origin-form: an absolute path, and maybe a query.
    pub fn new(
        method: &'h Method,
        path: &'h str,
        query: Option<&'h str>,
        fields: &'h dyn FieldLines,
    ) -> Self {
        Self { method, path, query, fields }
    }

    /// The method.
    pub fn method(&self) -> &'h Method {
        self.method
    }

    /// The path, as it was sent.
    pub fn path(&self) -> &'h str {
        self.path
    }

    /// The query, as it was sent, without its question mark.
    pub fn query(&self) -> Option<&'h str> {
        self.query
    }

    /// Shows name and value of each field line, until `see` gives false: [`FieldLines::each`].
    pub fn each_field(&self, see: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        self.fields.each(see);
    }

    /// Whether one of the fields is there.
    pub fn has_any(&self, names: &[HeaderName]) -> bool {
        let mut has_any = false;
        self.fields.each(&mut |name, _| {
            let is_it = |known: &HeaderName| known.as_str().as_bytes().eq_ignore_ascii_case(name);
            has_any = names.iter().any(is_it);
            !has_any
        });
        has_any
    }
}

impl fmt::Debug for Glance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, query, .. } = self;
        let mut f = f.debug_struct("Glance");
        f.field("method", method).field("path", path).field("query", query).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, IF_MATCH, RANGE};

    use super::*;

    struct Lines<'l>(&'l [(&'l str, &'l str)]);

    impl FieldLines for Lines<'_> {
        fn each(&self, see: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
            let _ = self.0.iter().all(|(name, value)| see(name.as_bytes(), value.as_bytes()));
        }
    }

    #[test]
    fn fields_are_found_without_regard_to_case() {
        let lines = Lines(&[("host", "x"), ("RANGE", "bytes=0-")]);
        let glance = Glance::new(&Method::GET, "/", None, &lines);
        assert!(glance.has_any(&[IF_MATCH, RANGE]));
        assert!(!glance.has_any(&[ACCEPT, IF_MATCH]));
        assert!(!glance.has_any(&[]));
    }
}
