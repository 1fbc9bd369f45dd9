//! Content between its octets and its type: what was sent, in the order in which it was sent.
//!
//! Unlike `serde_json::Value` it keeps repeated names, which a type may refuse, and has a place
//! for values that [mending](super::mending) makes up.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// One value.
#[derive(Debug)]
pub(super) enum Node<'de> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'de, str>),
    List(Vec<Child<'de>>),
    Fields(Vec<Child<'de>>),
    /// Made up: whatever is asked for, but for the fields at these positions of its type.
    MadeUp(Vec<usize>),
}

/// A value within another one, or the whole.
#[derive(Debug)]
pub(super) struct Child<'de> {
    pub(super) label: Label<'de>,
    pub(super) node: Node<'de>,
    pub(super) standing: Standing,
}

/// What a value is called in a path.
#[derive(Debug)]
pub(super) enum Label<'de> {
    Whole,
    Key(Cow<'de, str>),
    Index(usize),
}

/// What was done to a value, or to values within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    AsSent,
    Mended,
    /// Nothing fits its type: it is read after its neighbours.
    Postponed,
}

/// How content is written, which decides what a text may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// Numbers and lists have a syntax of their own.
    Json,
    /// All leaves are text.
    Form,
}

impl<'de> Child<'de> {
    pub(super) fn new(label: Label<'de>, node: Node<'de>) -> Self {
        Self { label, node, standing: Standing::AsSent }
    }

    /// A value that nobody sent.
    pub(super) fn made_up(label: Label<'de>) -> Self {
        let node = Node::MadeUp(Vec::new());
        Self { label, node, standing: Standing::Mended }
    }
}

impl<'de> Node<'de> {
    /// The values within.
    pub(super) fn children(&self) -> &[Child<'de>] {
        match self {
            Self::List(children) | Self::Fields(children) => children,
            _ => &[],
        }
    }

    /// The values within, to be changed.
    pub(super) fn children_mut(&mut self) -> Option<&mut Vec<Child<'de>>> {
        match self {
            Self::List(children) | Self::Fields(children) => Some(children),
            _ => None,
        }
    }
}

/// Builds a tree; a tree of more than so many values is an error.
#[derive(Clone, Copy)]
pub(super) struct Planter<'c> {
    pub(super) wire: Wire,
    pub(super) values_left: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Planter<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        let left = self.values_left.get().checked_sub(1);
        self.values_left.set(left.ok_or_else(|| D::Error::custom("too many values"))?);
        match self.wire {
            Wire::Json => deserializer.deserialize_any(self),
            // Asked for anything, `serde_qs` makes lists of maps whose keys are all digits.
            Wire::Form => deserializer.deserialize_struct("", &[], self),
        }
    }
}

impl<'de> Visitor<'de> for Planter<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Node::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let mut children = Vec::new();
        while let Some(node) = list.next_element_seed(self)? {
            children.push(Child::new(Label::Index(children.len()), node));
        }
        Ok(Node::List(children))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut children = Vec::new();
        while let Some(key) = map.next_key_seed(KeyPlanter)? {
            if self.wire == Wire::Form && key.is_empty() {
                // A field without a name is refused before: `serde_qs` has put the value of
                // `a=1` next to the fields of `a[b]=2`.
                return Err(A::Error::custom("a name is used both for a value and for fields"));
            }
            children.push(Child::new(Label::Key(key), map.next_value_seed(self)?));
        }
        if self.wire == Wire::Form && children.is_empty() {
            // What `serde_qs` makes of an empty text when it is asked for fields.
            return Ok(Node::Text(Cow::Borrowed("")));
        }
        Ok(Node::Fields(children))
    }
}

/// Reads a key without a copy, where it is written as it is.
struct KeyPlanter;

impl<'de> DeserializeSeed<'de> for KeyPlanter {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeyPlanter {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text))
    }
}
