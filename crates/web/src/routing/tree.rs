//! Resources by the shape of their pattern: a tree with one level per segment.
//!
//! At each node the fixed text is tried first, then parameters in the order of their
//! converters; a branch that leads nowhere is given up for the next. Every node stands for one
//! depth, so a search meets a node at most once, and looks at a segment once for each node.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::captures::Captures;
use super::converter::Converter;
use super::pattern::Segment;
use crate::percent;

pub(super) struct Tree<T> {
    root: Node<T>,
}

struct Node<T> {
    fixed: HashMap<Box<str>, Node<T>, RandomState>,
    /// By precedence.
    parameters: Vec<(Converter, Node<T>)>,
    /// The resource of a `path` parameter that begins here.
    tail: Option<T>,
    /// The resource of the path that ends here.
    here: Option<T>,
}

impl<T> Tree<T> {
    pub(super) fn new() -> Self {
        Self { root: Node::new() }
    }

    /// The resource of a shape, made if there is none.
    pub(super) fn resource(&mut self, segments: &[Segment]) -> &mut T
    where
        T: Default,
    {
        let mut node = &mut self.root;
        for segment in segments {
            node = match segment {
                Segment::Text(text) => node.fixed.entry(text.clone()).or_default(),
                // Always the last segment: `Pattern::parse` sees to it.
                Segment::Parameter(Converter::Path) => {
                    return node.tail.get_or_insert_with(T::default);
                }
                Segment::Parameter(converter) => node.parameter(converter),
            };
        }
        node.here.get_or_insert_with(T::default)
    }

    /// Shows the resources that fit a path to `take`, the best first, until it takes one.
    pub(super) fn find<'r, R>(
        &'r self,
        path: &str,
        mut take: impl FnMut(&'r T, &Captures) -> Option<R>,
    ) -> Option<R> {
        let is_encoded = percent::is_encoded(path);
        if is_encoded && !percent::is_decodable(path) {
            return None;
        }
        if path.is_empty() {
            return take(self.root.here.as_ref()?, &Captures::default());
        }
        let mut search = Search { path, is_encoded, captures: Captures::default(), take };
        search.at_segment(&self.root, 1)
    }
}

impl<T> Node<T> {
    fn new() -> Self {
        Self { fixed: HashMap::default(), parameters: Vec::new(), tail: None, here: None }
    }

    fn parameter(&mut self, converter: &Converter) -> &mut Self {
        let at = match self.parameters.iter().position(|(c, _)| c == converter) {
            Some(at) => at,
            None => {
                let precedence = converter.precedence();
                let at = self.parameters.partition_point(|(c, _)| c.precedence() <= precedence);
                self.parameters.insert(at, (converter.clone(), Self::new()));
                at
            }
        };
        &mut self.parameters[at].1
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
        for (converter, child) in &node.parameters {
            if converter.fits(&text)
                && let Some(taken) = self.capture(start..end, |s| s.after_segment(child, end))
            {
                return Some(taken);
            }
        }
        if text.is_empty() {
            return None;
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
