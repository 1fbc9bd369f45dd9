//! Finds the resources whose pattern fits a path: a tree with one level per segment.
//!
//! At each node the fixed text is tried first, then `int`, then `string`, then `path`; a branch
//! that leads nowhere is given up for the next. Every node stands for one depth, so a search
//! meets a node at most once, and looks at a segment once for each node: the cost is bounded by
//! the length of the path and the size of the table, whatever the path contains.
//!
//! The router knows nothing of methods: it shows each fitting resource to its caller, the best
//! one first, until the caller takes one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

use crate::parameters::integer;
use crate::pattern::{Converter, PARAMETERS_MAX, Pattern, Segment};
use crate::percent;

/// A table of resources by pattern.
pub(crate) struct Router<T> {
    root: Node<T>,
}

struct Node<T> {
    fixed: HashMap<Box<str>, Node<T>, RandomState>,
    int: Option<Box<Node<T>>>,
    string: Option<Box<Node<T>>>,
    /// The resource of a `path` parameter that begins here.
    tail: Option<T>,
    /// The resource of the path that ends here.
    here: Option<T>,
}

/// Why no resource was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// No pattern fits, or the caller took none of those that do.
    Missing,
    /// The path cannot be decoded, so that no pattern can fit.
    Undecodable,
}

impl<T> Router<T> {
    pub(crate) fn new() -> Self {
        Self { root: Node::new() }
    }

    /// The resource of a pattern, made if this is the first route with a pattern of its shape.
    ///
    /// Names of parameters are no part of the shape: `/a/<x>` and `/a/<y>` are one resource.
    pub(crate) fn resource(&mut self, pattern: &Pattern) -> &mut T
    where
        T: Default,
    {
        let mut node = &mut self.root;
        for segment in &pattern.segments {
            node = match segment {
                Segment::Text(text) => node.fixed.entry(text.clone()).or_default(),
                Segment::Parameter(Converter::Int) => node.int.get_or_insert_with(Box::default),
                Segment::Parameter(Converter::String) => {
                    node.string.get_or_insert_with(Box::default)
                }
                // Always the last segment: `Pattern::parse` sees to it.
                Segment::Parameter(Converter::Path) => {
                    return node.tail.get_or_insert_with(T::default);
                }
            };
        }
        node.here.get_or_insert_with(T::default)
    }

    /// Shows the resources that fit a path to `take`, the best first, until it takes one.
    pub(crate) fn find<'r, R>(
        &'r self,
        path: &str,
        take: impl FnMut(&'r T, &Captures) -> Option<R>,
    ) -> Result<R, NotFound> {
        // No longer path comes from a `Uri`, and none would fit `Captures`.
        if !path.starts_with('/') || path.len() > usize::from(u16::MAX) {
            return Err(NotFound::Missing);
        }
        let is_encoded = percent::is_encoded(path);
        if is_encoded && !percent::is_decodable(path) {
            return Err(NotFound::Undecodable);
        }
        let mut search = Search { path, is_encoded, captures: Captures::default(), take };
        search.at_segment(&self.root, 1).ok_or(NotFound::Missing)
    }
}

impl<T> Node<T> {
    fn new() -> Self {
        Self { fixed: HashMap::default(), int: None, string: None, tail: None, here: None }
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// One search through the tree.
struct Search<'p, F> {
    path: &'p str,
    /// Whether something in the path is percent-encoded.
    is_encoded: bool,
    captures: Captures,
    take: F,
}

impl<'p, F> Search<'p, F> {
    /// Tries all that fits the segment which starts at `start`, and what follows it.
    fn at_segment<'r, T, R>(&mut self, node: &'r Node<T>, start: usize) -> Option<R>
    where
        F: FnMut(&'r T, &Captures) -> Option<R>,
    {
        let rest = &self.path[start..];
        // Segments are short: a call costs more than the search.
        let end =
            rest.bytes().position(|octet| octet == b'/').map_or(self.path.len(), |at| start + at);
        let text = self.text(start..end)?;
        if let Some(child) = node.fixed.get(&*text)
            && let Some(taken) = self.after_segment(child, end)
        {
            return Some(taken);
        }
        if text.is_empty() {
            return None;
        }
        if let Some(child) = &node.int
            && is_int(&text)
            && let Some(taken) = self.capture(start..end, |s| s.after_segment(child, end))
        {
            return Some(taken);
        }
        if let Some(child) = &node.string
            && let Some(taken) = self.capture(start..end, |s| s.after_segment(child, end))
        {
            return Some(taken);
        }
        let tail = node.tail.as_ref().filter(|_| !percent::has_encoded_slash(rest))?;
        self.capture(start..self.path.len(), |s| (s.take)(tail, &s.captures))
    }

    /// A segment, decoded. That it can be was checked before the search began; one that cannot
    /// would fit nothing.
    fn text(&self, span: Range<usize>) -> Option<Cow<'p, str>> {
        let segment = &self.path[span];
        if self.is_encoded { percent::decode(segment) } else { Some(Cow::Borrowed(segment)) }
    }

    /// Goes on behind a segment that ends at `end`.
    fn after_segment<'r, T, R>(&mut self, node: &'r Node<T>, end: usize) -> Option<R>
    where
        F: FnMut(&'r T, &Captures) -> Option<R>,
    {
        if end < self.path.len() {
            return self.at_segment(node, end + 1);
        }
        (self.take)(node.here.as_ref()?, &self.captures)
    }

    /// Runs a part of the search in which one more parameter has a value.
    fn capture<R>(
        &mut self,
        span: Range<usize>,
        search: impl FnOnce(&mut Self) -> Option<R>,
    ) -> Option<R> {
        self.captures.push(span);
        let taken = search(self);
        self.captures.pop();
        taken
    }
}

/// Whether a segment is what the `int` converter takes.
fn is_int(text: &str) -> bool {
    !text.starts_with('-') && integer(text).is_some_and(|n| u64::try_from(n).is_ok())
}

/// Where in the path the parameters of a route lie, from left to right, not decoded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Captures {
    spans: [(u16, u16); PARAMETERS_MAX],
    count: u8,
}

impl Captures {
    /// The value of a parameter as it stands in the path.
    pub(crate) fn raw<'p>(&self, path: &'p str, index: usize) -> Option<&'p str> {
        let (start, end) = *self.spans[..usize::from(self.count)].get(index)?;
        path.get(start.into()..end.into())
    }

    fn push(&mut self, span: Range<usize>) {
        // A pattern has no more parameters than there is room for: `Pattern::parse`.
        self.spans[usize::from(self.count)] = (span.start as u16, span.end as u16);
        self.count += 1;
    }

    fn pop(&mut self) {
        self.count -= 1;
    }
}

#[cfg(test)]
mod tests;
