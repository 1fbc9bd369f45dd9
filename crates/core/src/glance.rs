//! A request before anything has been made of it.
//!
//! Most answers need a path and nothing else, while making a [`Request`](crate::Request) of a
//! head, with its table of fields, takes longer than all else that is done for a small answer.
//! So a service may look before it is made.

use std::fmt;

use http::Method;

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
}

impl fmt::Debug for Glance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, query, .. } = self;
        let mut f = f.debug_struct("Glance");
        f.field("method", method).field("path", path).field("query", query).finish_non_exhaustive()
    }
}
