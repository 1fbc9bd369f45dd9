//! The edges of a tree that are text: from a node, over a segment, to a node.
//!
//! All edges of the tree are in one table: open addressing with linear probing. What is compared
//! lies in the table, so that a step from node to node touches one or two lines of memory.

use super::words::Key;

/// The number of a node.
pub(super) type NodeId = u32;

/// Nothing leads to the root, so that it marks what is free.
pub(super) const ROOT: NodeId = 0;

/// How many slots there are at least for each edge.
const FREEDOM: usize = 4;

pub(super) struct Edges {
    /// A power of two of them; at least three quarters are free, so that most edges are where
    /// they are looked for first.
    slots: Vec<Edge>,
    count: usize,
}

#[derive(Clone, Copy)]
struct Edge {
    key: Key,
    from: NodeId,
    to: NodeId,
}

impl Edges {
    const FREE: Edge = Edge { key: Key::NONE, from: ROOT, to: ROOT };

    pub(super) fn new() -> Self {
        Self { slots: vec![Self::FREE; FREEDOM], count: 0 }
    }

    /// The node that a text leads to; `is_text_of` says whether a node is the one of the text,
    /// for texts that are not known by their key.
    #[inline]
    pub(super) fn get(
        &self,
        from: NodeId,
        key: Key,
        is_text_of: impl Fn(NodeId) -> bool,
    ) -> Option<NodeId> {
        let mut at = self.home(from, key);
        loop {
            let edge = self.slots.get(at)?;
            if edge.from == from && edge.key == key && (key.is_whole() || is_text_of(edge.to)) {
                // What is free is from nowhere, but looks like an empty text at the root.
                return (edge.to != ROOT).then_some(edge.to);
            }
            if edge.to == ROOT {
                return None;
            }
            at = self.next(at);
        }
    }

    /// Adds an edge that is not there.
    pub(super) fn insert(&mut self, from: NodeId, key: Key, to: NodeId) {
        self.count += 1;
        if self.count * FREEDOM > self.slots.len() {
            let slots = vec![Self::FREE; self.slots.len() * 2];
            let before = std::mem::replace(&mut self.slots, slots);
            before.into_iter().filter(|edge| edge.to != ROOT).for_each(|edge| self.put(edge));
        }
        self.put(Edge { key, from, to });
    }

    fn put(&mut self, edge: Edge) {
        let mut at = self.home(edge.from, edge.key);
        while self.slots[at].to != ROOT {
            at = self.next(at);
        }
        self.slots[at] = edge;
    }

    /// Where the search for an edge begins.
    fn home(&self, from: NodeId, key: Key) -> usize {
        (key.hash(from) >> 32) as usize & (self.slots.len() - 1)
    }

    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_found_by_node_and_text() {
        let texts = ["", "a", "abcdefg", "abcdefgh", "abcdefghi", "abcdefgh12345678"];
        let mut edges = Edges::new();
        for (index, text) in texts.iter().enumerate() {
            edges.insert(ROOT, Key::of(text.as_bytes()), index as NodeId + 1);
            edges.insert(7, Key::of(text.as_bytes()), index as NodeId + 11);
        }
        let get = |from, text: &str| edges.get(from, Key::of(text.as_bytes()), |_| false);
        for (index, text) in texts.iter().enumerate() {
            assert_eq!(get(ROOT, text), Some(index as NodeId + 1), "{text}");
            assert_eq!(get(7, text), Some(index as NodeId + 11), "{text}");
            assert_eq!(get(8, text), None, "{text}");
        }
        assert_eq!(get(ROOT, "b"), None);
        assert_eq!(Edges::new().get(ROOT, Key::NONE, |_| true), None);
    }

    #[test]
    fn long_texts_with_one_key_are_told_apart() {
        let (one, two) = ("abcdefgh-1-12345678", "abcdefgh-2-12345678");
        let (key, text) = (Key::of(one.as_bytes()), ["", one, two]);
        assert_eq!(key, Key::of(two.as_bytes()));
        let mut edges = Edges::new();
        edges.insert(ROOT, key, 1);
        edges.insert(ROOT, key, 2);
        for (id, wanted) in [(Some(1), one), (Some(2), two), (None, "abcdefgh-3-12345678")] {
            assert_eq!(edges.get(ROOT, key, |node| text[node as usize] == wanted), id);
        }
    }
}
