//! What a value is, given what its type asks for: the rules of each way of writing.
//!
//! * JSON says what a value is. The type only chooses how far a number reaches.
//! * A form says text, and the type decides what it stands for. A text that does not fit is
//!   handed on as text, so that the type itself refuses it, or knows better.
//! * A made-up value is whatever the type asks for.

use serde::de::Unexpected;

use super::fault::Fault;
use super::tree::{Child, Label, Node};
use crate::parameters;

/// What a type asks for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hint {
    Any,
    Bool,
    Integer,
    /// An integer of 128 bits.
    WideInteger,
    Float,
    Text,
    Octets,
    Unit,
    List,
    Tuple(usize),
    Map,
    Struct(&'static [&'static str]),
    Ignored,
}

/// What it gets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Wide(i128),
    Float(f64),
    Text(&'a str),
    Octets(&'a [u8]),
    List(&'a [Child<'a>]),
    /// A list of this one text.
    ListOf(&'a str),
    Fields(&'a [Child<'a>]),
    /// So many made-up values.
    MadeUpList(usize),
    /// Made-up fields of these names, without those at some positions.
    MadeUpFields(&'static [&'static str], &'a [usize]),
}

impl<'a> Shape<'a> {
    /// The shape in serde's words.
    pub(super) fn unexpected(self) -> Unexpected<'a> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(value),
            Self::Unsigned(value) => Unexpected::Unsigned(value),
            Self::Signed(value) => Unexpected::Signed(value),
            Self::Wide(_) => Unexpected::Other("a number"),
            Self::Float(value) => Unexpected::Float(value),
            Self::Text(text) => Unexpected::Str(text),
            Self::Octets(octets) => Unexpected::Bytes(octets),
            Self::List(_) | Self::ListOf(_) | Self::MadeUpList(_) => Unexpected::Seq,
            Self::Fields(_) | Self::MadeUpFields(..) => Unexpected::Map,
        }
    }
}

/// A value of JSON.
pub(super) fn of_json<'a>(node: &'a Node<'a>, hint: Hint) -> Shape<'a> {
    match (node, hint) {
        (Node::Text(text), Hint::Octets) => Shape::Octets(text.as_bytes()),
        // The tree has no integers of 128 bits. What is read from it is thrown away: it may
        // be a little off.
        (Node::Float(value), Hint::WideInteger) if value.fract() == 0.0 => {
            Shape::Wide(*value as i128)
        }
        (node, _) => as_it_is(node),
    }
}

/// A key of JSON: a text, and a number where the type of the map asks for one.
pub(super) fn of_json_key(text: &str, hint: Hint) -> Shape<'_> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match hint {
        // RFC 8259 §6: no zeros before a number; "-0" is none of the integers.
        Hint::Integer | Hint::WideInteger if digits.starts_with('0') && text.len() > 1 => {
            Shape::Text(text)
        }
        Hint::Bool if text != "true" && text != "false" => Shape::Text(text),
        Hint::Unit | Hint::List | Hint::Tuple(_) => Shape::Text(text),
        _ => of_text(text, hint),
    }
}

/// A value of a form.
pub(super) fn of_form<'a>(node: &'a Node<'a>, hint: Hint) -> Shape<'a> {
    match (node, hint) {
        (Node::Text(text), _) => of_text(text, hint),
        (Node::Fields(children), Hint::Any | Hint::List | Hint::Tuple(_))
            if is_indexed(children) =>
        {
            Shape::List(children)
        }
        (node, _) => as_it_is(node),
    }
}

fn as_it_is<'a>(node: &'a Node<'a>) -> Shape<'a> {
    match node {
        Node::Null | Node::MadeUp(_) => Shape::Null,
        Node::Bool(value) => Shape::Bool(*value),
        Node::Unsigned(value) => Shape::Unsigned(*value),
        Node::Signed(value) => Shape::Signed(*value),
        Node::Float(value) => Shape::Float(*value),
        Node::Text(text) => Shape::Text(text),
        Node::List(children) => Shape::List(children),
        Node::Fields(children) => Shape::Fields(children),
    }
}

/// Whether names are the indices of a list without gaps: `a[0]`, `a[1]`, and so on.
fn is_indexed(children: &[Child<'_>]) -> bool {
    !children.is_empty()
        && children.iter().enumerate().all(|(index, child)| match &child.label {
            Label::Key(key) => parameters::integer(key) == Some(index as i128),
            Label::Index(at) => *at == index,
            Label::Whole => false,
        })
}

/// A text that may stand for something else: a leaf of a form, or a key.
pub(super) fn of_text(text: &str, hint: Hint) -> Shape<'_> {
    let read = match hint {
        Hint::Bool => truth(text).map(Shape::Bool),
        Hint::Integer => parameters::integer(text).and_then(narrow),
        Hint::WideInteger => parameters::integer(text).map(Shape::Wide),
        Hint::Float => float(text).map(Shape::Float),
        Hint::Octets => Some(Shape::Octets(text.as_bytes())),
        Hint::Unit if text.is_empty() => Some(Shape::Null),
        Hint::Ignored => Some(Shape::Null),
        Hint::List | Hint::Tuple(_) if text.is_empty() => Some(Shape::List(&[])),
        Hint::List | Hint::Tuple(_) => Some(Shape::ListOf(text)),
        Hint::Any | Hint::Text | Hint::Unit | Hint::Map | Hint::Struct(_) => None,
    };
    read.unwrap_or(Shape::Text(text))
}

/// An integer that fits 64 bits.
fn narrow<'a>(value: i128) -> Option<Shape<'a>> {
    let unsigned = u64::try_from(value).map(Shape::Unsigned);
    unsigned.or_else(|_| i64::try_from(value).map(Shape::Signed)).ok()
}

/// A name alone is true (`?verbose`), and `on` is what a checkbox sends if nothing else is said
/// (HTML, "the default/on mode").
fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "on" | "" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A decimal number, with a fraction and an exponent or without.
///
/// `str::parse` would accept `+5`, `.5`, `inf` and `NaN`.
fn float(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_decimal = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .bytes()
            .all(|octet| matches!(octet, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let value: f64 = text.parse().ok().filter(|_| is_decimal)?;
    value.is_finite().then_some(value)
}

/// A made-up value, without the fields at the positions left out.
pub(super) fn made_up(hint: Hint, left_out: &[usize]) -> Shape<'_> {
    match hint {
        // One is neither zero nor empty, which more types refuse.
        Hint::Integer | Hint::WideInteger => Shape::Unsigned(1),
        Hint::Float => Shape::Float(1.0),
        Hint::Text => Shape::Text("1"),
        Hint::Octets => Shape::Octets(b"1"),
        Hint::Bool => Shape::Bool(false),
        Hint::Any | Hint::Unit | Hint::Ignored => Shape::Null,
        Hint::List => Shape::List(&[]),
        Hint::Tuple(length) => Shape::MadeUpList(length),
        Hint::Map => Shape::Fields(&[]),
        Hint::Struct(names) => Shape::MadeUpFields(names, left_out),
    }
}

/// The fault of a list or of fields that hold more than their type has taken.
pub(super) fn surplus(left: usize) -> Fault {
    Fault::value(format!("has {left} more than expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_decimal() {
        let cases = [
            ("0", Some(0.0)),
            ("-1.5", Some(-1.5)),
            ("1e3", Some(1000.0)),
            ("1E-2", Some(0.01)),
            ("", None),
            ("+5", None),
            (" 5", None),
            (".5", None),
            ("inf", None),
            ("-NaN", None),
            ("1e999", None),
            ("1-1", None),
            ("0x10", None),
        ];
        for (text, value) in cases {
            assert_eq!(float(text), value, "{text}");
        }
    }
}
