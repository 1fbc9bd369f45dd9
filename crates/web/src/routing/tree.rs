//! Resources by the shape of their pattern: a tree with one level per segment.
//!
//! At each node text is tried first, then parameters in the order of their converters; a branch
//! that leads nowhere is given up for the next. Every node stands for one depth, so a search
//! meets a node at most once, and looks at a segment once for each node: nobody can choose a
//! path that costs more than the table has nodes.

use std::borrow::Cow;

use super::captures::Captures;
use super::converter::Converter;
use super::edges::{Edges, NodeId, ROOT};
use super::pattern::Segment;
use super::words::{Key, RawSegment};
use crate::percent;

pub(super) struct Tree<T> {
    nodes: Vec<Node<T>>,
    edges: Edges,
}

struct Node<T> {
    /// By precedence.
    parameters: Vec<(Converter, NodeId)>,
    /// The resource of the path that ends here.
    here: Option<T>,
    /// The segment that leads here, if it is text.
    text: Box<str>,
}

impl<T> Tree<T> {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::new("")], edges: Edges::new() }
    }

    /// The resource of a shape, made if there is none.
    pub(super) fn resource(&mut self, segments: &[Segment]) -> &mut T
    where
        T: Default,
    {
        let mut node = ROOT;
        for segment in segments {
            node = match segment {
                Segment::Text(text) => self.text_child(node, text),
                Segment::Parameter(converter) => self.parameter_child(node, converter),
            };
        }
        self.nodes[node as usize].here.get_or_insert_with(T::default)
    }

    fn text_child(&mut self, node: NodeId, text: &str) -> NodeId {
        let key = Key::of(text.as_bytes());
        if let Some(child) = self.edges.get(node, key, |child| *self.node(child).text == *text) {
            return child;
        }
        let child = self.nodes.len() as NodeId;
        self.nodes.push(Node::new(text));
        self.edges.insert(node, key, child);
        child
    }

    fn parameter_child(&mut self, node: NodeId, converter: &Converter) -> NodeId {
        let child = self.nodes.len() as NodeId;
        let parameters = &mut self.nodes[node as usize].parameters;
        if let Some((_, child)) = parameters.iter().find(|(c, _)| c == converter) {
            return *child;
        }
        let precedence = converter.precedence();
        let at = parameters.partition_point(|(c, _)| c.precedence() <= precedence);
        parameters.insert(at, (converter.clone(), child));
        self.nodes.push(Node::new(""));
        child
    }

    fn node(&self, id: NodeId) -> &Node<T> {
        &self.nodes[id as usize]
    }

    /// Shows the resources that fit a path to `take`, the best first, until it takes one.
    pub(super) fn find<'r, R>(
        &'r self,
        path: &str,
        mut take: impl FnMut(&'r T, &Captures) -> Option<R>,
    ) -> Option<R> {
        let mut taken = None;
        let show = |resource, captures: &Captures| {
            taken = take(resource, captures);
            taken.is_some()
        };
        let mut search = Search { tree: self, path, captures: Captures::default(), show };
        match path.is_empty() {
            true => search.at_end(ROOT),
            false => search.at_segment(ROOT, 1),
        };
        taken
    }
}

impl<T> Node<T> {
    fn new(text: &str) -> Self {
        Self { parameters: Vec::new(), here: None, text: text.into() }
    }
}

/// One search through the tree.
struct Search<'r, 'p, T, F> {
    tree: &'r Tree<T>,
    path: &'p str,
    captures: Captures,
    /// Shows a resource to the caller; whether it was taken.
    show: F,
}

impl<'r, 'p, T, F: FnMut(&'r T, &Captures) -> bool> Search<'r, 'p, T, F> {
    /// Tries all that fits the segment which starts at `start`, and what follows it; whether
    /// something was taken.
    fn at_segment(&mut self, mut id: NodeId, mut start: usize) -> bool {
        loop {
            let node = self.tree.node(id);
            let raw = RawSegment::read(self.path.as_bytes(), start);
            let child = self.text_child(id, &raw);
            if !node.parameters.is_empty() {
                return child.is_some_and(|child| self.after_segment(child, raw.end))
                    || self.at_parameters(node, &raw);
            }
            // Nothing else can fit: there is no need to come back.
            let Some(child) = child else { return false };
            if raw.end == self.path.len() {
                return self.at_end(child);
            }
            (id, start) = (child, raw.end + 1);
        }
    }

    fn text_child(&self, node: NodeId, raw: &RawSegment) -> Option<NodeId> {
        if raw.is_encoded {
            let text = self.text(raw)?;
            return self.child_of(node, Key::of(text.as_bytes()), || text.as_bytes());
        }
        self.child_of(node, raw.key, || &self.path.as_bytes()[raw.start..raw.end])
    }

    fn child_of<'t>(&self, node: NodeId, key: Key, text: impl Fn() -> &'t [u8]) -> Option<NodeId> {
        self.tree.edges.get(node, key, |child| self.tree.node(child).text.as_bytes() == text())
    }

    /// Tries the parameters that take a segment, or what begins with it.
    fn at_parameters(&mut self, node: &'r Node<T>, raw: &RawSegment) -> bool {
        node.parameters.iter().any(|(converter, child)| {
            let Some(end) = self.end_of_value(converter, raw) else { return false };
            self.captures.push(raw.start..end);
            let is_taken = self.after_segment(*child, end);
            self.captures.pop();
            is_taken
        })
    }

    /// Where the value of a parameter ends that begins with a segment; `None` if it does not
    /// take it.
    fn end_of_value(&self, converter: &Converter, raw: &RawSegment) -> Option<usize> {
        if raw.start == raw.end {
            return None;
        }
        match converter {
            Converter::Str if !raw.is_encoded => Some(raw.end),
            Converter::Path => {
                let rest = &self.path[raw.start..];
                let is_fit = !percent::has_encoded_slash(rest) && percent::is_decodable(rest);
                is_fit.then_some(self.path.len())
            }
            other => other.fits(&self.text(raw)?).then_some(raw.end),
        }
    }

    /// A segment, decoded, if it can be.
    fn text(&self, raw: &RawSegment) -> Option<Cow<'p, str>> {
        let segment = &self.path[raw.start..raw.end];
        if raw.is_encoded { percent::decode(segment) } else { Some(Cow::Borrowed(segment)) }
    }

    /// Goes on behind a segment that ends at `end`.
    fn after_segment(&mut self, node: NodeId, end: usize) -> bool {
        if end < self.path.len() { self.at_segment(node, end + 1) } else { self.at_end(node) }
    }

    fn at_end(&mut self, node: NodeId) -> bool {
        let here = self.tree.node(node).here.as_ref();
        here.is_some_and(|here| (self.show)(here, &self.captures))
    }
}
