//! What of a path the parameters of a pattern took.

use std::borrow::Cow;
use std::ops::Range;

use super::pattern::PARAMETERS_MAX;
use crate::percent;

/// Where in a path the parameters of a pattern lie, from left to right.
///
/// It holds positions, not text: it is small, and a value is decoded only if it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Captures {
    spans: [(u16, u16); PARAMETERS_MAX],
    count: u8,
    rest: Option<u16>,
}

impl Captures {
    /// The value of a parameter, counted from 0, as it stands in the path that was searched.
    pub fn raw<'p>(&self, path: &'p str, index: usize) -> Option<&'p str> {
        let (start, end) = *self.spans[..usize::from(self.count)].get(index)?;
        path.get(start.into()..end.into())
    }

    /// The value of a parameter, counted from 0, decoded.
    pub fn value<'p>(&self, path: &'p str, index: usize) -> Option<Cow<'p, str>> {
        percent::decode(self.raw(path, index)?)
    }

    /// For what is mounted: how many bytes of the path belong to the prefix. What follows them
    /// is empty or begins with a slash. `None` for a route.
    pub fn rest(&self) -> Option<usize> {
        self.rest.map(usize::from)
    }

    pub(super) fn push(&mut self, span: Range<usize>) {
        // A pattern has no more parameters than there is room for: `Pattern::parse`.
        self.spans[usize::from(self.count)] = (span.start as u16, span.end as u16);
        self.count += 1;
    }

    pub(super) fn pop(&mut self) {
        self.count -= 1;
    }

    /// The same, of a mount whose prefix has this length.
    pub(super) fn with_rest(self, rest: usize) -> Self {
        Self { rest: Some(rest as u16), ..self }
    }
}
