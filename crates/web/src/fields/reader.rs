//! A tree as serde reads it, with faults that know their place.

use serde::de::{Deserializer, Visitor};

use super::access::{EnumReader, FieldsReader, ListReader};
use super::fault::{Fault, Step, Within};
use super::shape::{self, Hint, Shape};
use super::tree::{Child, Label, Node, Wire};
use super::wording;

/// How often made-up values are within each other.
///
/// Ends types that always hold themselves, such as an enum whose first variant does.
const MADE_UP_DEPTH_MAX: u8 = 16;

/// Reads one value of a tree.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    source: Source<'a>,
    wire: Wire,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Node(&'a Node<'a>),
    /// A key, or the one text of a list.
    Text(&'a str),
    MadeUp {
        left_out: &'a [usize],
        depth: u8,
    },
}

impl<'a> Reader<'a> {
    pub(super) fn new(node: &'a Node<'a>, wire: Wire) -> Self {
        let source = match node {
            Node::MadeUp(left_out) => Source::MadeUp { left_out, depth: 0 },
            node => Source::Node(node),
        };
        Self { source, wire }
    }

    /// A key, or the one text of a list.
    pub(super) fn text(text: &'a str, wire: Wire) -> Self {
        Self { source: Source::Text(text), wire }
    }

    /// A made-up value within this one.
    pub(super) fn made_up(self) -> Result<Self, Fault> {
        let depth = match self.source {
            Source::MadeUp { depth, .. } => depth + 1,
            Source::Node(_) | Source::Text(_) => 1,
        };
        if depth > MADE_UP_DEPTH_MAX {
            return Err(Fault::value("is within itself without an end".to_owned()));
        }
        Ok(Self { source: Source::MadeUp { left_out: &[], depth }, ..self })
    }

    pub(super) fn wire(self) -> Wire {
        self.wire
    }

    fn shape(self, hint: Hint) -> Shape<'a> {
        match (self.source, self.wire) {
            (Source::Node(node), Wire::Json) => shape::of_json(node, hint),
            (Source::Node(node), Wire::Form) => shape::of_form(node, hint),
            (Source::Text(text), Wire::Json) => shape::of_json_key(text, hint),
            (Source::Text(text), Wire::Form) => shape::of_text(text, hint),
            (Source::MadeUp { left_out, .. }, _) => shape::made_up(hint, left_out),
        }
    }

    fn is_nothing(self) -> bool {
        match (self.source, self.wire) {
            (Source::MadeUp { .. }, _) => true,
            (Source::Node(Node::Null), _) => true,
            // A form cannot leave an input out: it sends it empty.
            (Source::Node(Node::Text(text)), Wire::Form) => text.is_empty(),
            (Source::Node(_) | Source::Text(_), _) => false,
        }
    }

    fn visit<V: Visitor<'a>>(self, hint: Hint, visitor: V) -> Result<V::Value, Fault> {
        let within = if matches!(hint, Hint::List) { Within::List } else { Within::Tuple };
        match self.shape(hint) {
            Shape::Null => visitor.visit_unit(),
            Shape::Bool(value) => visitor.visit_bool(value),
            Shape::Unsigned(value) => visitor.visit_u64(value),
            Shape::Signed(value) => visitor.visit_i64(value),
            Shape::Wide(value) => visit_wide(value, visitor),
            Shape::Float(value) => visitor.visit_f64(value),
            Shape::Text(text) => visitor.visit_str(text),
            Shape::Octets(octets) => visitor.visit_bytes(octets),
            Shape::List(children) => ListReader::new(self, children, within).read(visitor),
            Shape::ListOf(text) => ListReader::of(self, text).read(visitor),
            Shape::MadeUpList(length) => ListReader::made_up(self, length).read(visitor),
            Shape::Fields(children) => FieldsReader::new(self, children).read(visitor),
            Shape::MadeUpFields(names, left_out) => {
                FieldsReader::made_up(self, names, left_out).read(visitor)
            }
        }
    }

    /// The name of a variant, with its content where there is one.
    fn variant(self, variants: &'static [&'static str]) -> Result<EnumReader<'a>, Fault> {
        match (self.shape(Hint::Any), self.source) {
            (Shape::Text(name), _) => Ok(EnumReader { name, content: None, step: None }),
            (Shape::Fields([Child { label: Label::Key(name), node, .. }]), _) => {
                let content = Some(Self::new(node, self.wire));
                let step = Some(Step { position: 0, into: Within::Fields });
                Ok(EnumReader { name, content, step })
            }
            (_, Source::MadeUp { .. }) => {
                let name = variants.first().copied().unwrap_or_default();
                Ok(EnumReader { name, content: Some(self.made_up()?), step: None })
            }
            (shape, _) => {
                let offered = wording::offered(variants);
                let found = wording::found(shape.unexpected());
                Err(Fault::value(format!("expected one of {offered}, found {found}")))
            }
        }
    }
}

/// Types of 64 bits and fewer are not asked for more, so that they say what they expected.
fn visit_wide<'a, V: Visitor<'a>>(value: i128, visitor: V) -> Result<V::Value, Fault> {
    match (u64::try_from(value), i64::try_from(value), u128::try_from(value)) {
        (Ok(value), _, _) => visitor.visit_u64(value),
        (_, Ok(value), _) => visitor.visit_i64(value),
        (_, _, Ok(value)) => visitor.visit_u128(value),
        _ => visitor.visit_i128(value),
    }
}

macro_rules! ask {
    ($($method:ident: $hint:expr;)+) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.visit($hint, visitor)
        }
    )+};
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Fault;

    ask! {
        deserialize_any: Hint::Any;
        deserialize_bool: Hint::Bool;
        deserialize_i8: Hint::Integer;
        deserialize_i16: Hint::Integer;
        deserialize_i32: Hint::Integer;
        deserialize_i64: Hint::Integer;
        deserialize_i128: Hint::WideInteger;
        deserialize_u8: Hint::Integer;
        deserialize_u16: Hint::Integer;
        deserialize_u32: Hint::Integer;
        deserialize_u64: Hint::Integer;
        deserialize_u128: Hint::WideInteger;
        deserialize_f32: Hint::Float;
        deserialize_f64: Hint::Float;
        deserialize_char: Hint::Text;
        deserialize_str: Hint::Text;
        deserialize_string: Hint::Text;
        deserialize_bytes: Hint::Octets;
        deserialize_byte_buf: Hint::Octets;
        deserialize_unit: Hint::Unit;
        deserialize_seq: Hint::List;
        deserialize_map: Hint::Map;
        deserialize_identifier: Hint::Text;
        deserialize_ignored_any: Hint::Ignored;
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_nothing() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit(Hint::Unit, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'a>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit(Hint::Tuple(length), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit(Hint::Tuple(length), visitor)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit(Hint::Struct(fields), visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(self.variant(variants)?)
    }
}
