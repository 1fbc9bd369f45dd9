//! A tree as serde reads it, with faults that know their place.

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

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

    fn text(text: &'a str, wire: Wire) -> Self {
        Self { source: Source::Text(text), wire }
    }

    /// A made-up value within this one.
    fn made_up(self) -> Result<Self, Fault> {
        let depth = match self.source {
            Source::MadeUp { depth, .. } => depth + 1,
            Source::Node(_) | Source::Text(_) => 1,
        };
        if depth > MADE_UP_DEPTH_MAX {
            return Err(Fault::value("is within itself without an end".to_owned()));
        }
        Ok(Self { source: Source::MadeUp { left_out: &[], depth }, ..self })
    }

    fn shape(self, hint: Hint) -> Shape<'a> {
        match (self.source, self.wire) {
            (Source::Node(node), Wire::Json) => shape::of_json(node, hint),
            (Source::Node(node), Wire::Form) => shape::of_form(node, hint),
            (Source::Text(text), _) => shape::of_text(text, hint),
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
            Shape::ListOf(text) => {
                ListReader { text: Some(text), ..ListReader::new(self, &[], within) }.read(visitor)
            }
            Shape::MadeUpList(made_up) => {
                ListReader { made_up, ..ListReader::new(self, &[], within) }.read(visitor)
            }
            Shape::Fields(children) => FieldsReader::new(self, children).read(visitor),
            Shape::MadeUpFields(names, left_out) => {
                FieldsReader { names, left_out, ..FieldsReader::new(self, &[]) }.read(visitor)
            }
        }
    }

    /// The name of a variant, with its content where there is one.
    fn variant(self, variants: &'static [&'static str]) -> Result<EnumReader<'a>, Fault> {
        let unfit = |found| {
            let offered = wording::offered(variants);
            let found = wording::found(found);
            Err(Fault::value(format!("expected one of {offered}, found {found}")))
        };
        match self.shape(Hint::Any) {
            Shape::Text(name) => Ok(EnumReader { name, content: None, is_sent: true }),
            Shape::Fields([Child { label: Label::Key(name), node, .. }]) => {
                let content = Some(Self::new(node, self.wire));
                Ok(EnumReader { name, content, is_sent: true })
            }
            Shape::Null if self.is_made_up() => {
                let name = variants.first().copied().unwrap_or_default();
                Ok(EnumReader { name, content: Some(self.made_up()?), is_sent: false })
            }
            Shape::Fields(_) => unfit(Unexpected::Map),
            Shape::List(_) => unfit(Unexpected::Seq),
            Shape::Bool(value) => unfit(Unexpected::Bool(value)),
            Shape::Unsigned(value) => unfit(Unexpected::Unsigned(value)),
            Shape::Signed(value) => unfit(Unexpected::Signed(value)),
            Shape::Float(value) => unfit(Unexpected::Float(value)),
            _ => unfit(Unexpected::Unit),
        }
    }

    fn is_made_up(self) -> bool {
        matches!(self.source, Source::MadeUp { .. })
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

/// The elements of a list: those of the tree, or a text, or made-up ones.
struct ListReader<'a> {
    list: Reader<'a>,
    children: std::slice::Iter<'a, Child<'a>>,
    taken: usize,
    text: Option<&'a str>,
    made_up: usize,
    within: Within,
}

impl<'a> ListReader<'a> {
    fn new(list: Reader<'a>, children: &'a [Child<'a>], within: Within) -> Self {
        Self { list, children: children.iter(), taken: 0, text: None, made_up: 0, within }
    }

    fn read<V: Visitor<'a>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let value = visitor.visit_seq(&mut self)?;
        match self.left() {
            0 => Ok(value),
            left => Err(shape::surplus(left)),
        }
    }

    fn left(&self) -> usize {
        self.children.len() + usize::from(self.text.is_some()) + self.made_up
    }
}

impl<'a> SeqAccess<'a> for &mut ListReader<'a> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        if let Some(child) = self.children.next() {
            let step = Step { position: self.taken, into: self.within };
            self.taken += 1;
            let read = seed.deserialize(Reader::new(&child.node, self.list.wire));
            return read.map(Some).map_err(|fault| fault.beneath(step));
        }
        if let Some(text) = self.text.take() {
            return seed.deserialize(Reader::text(text, self.list.wire)).map(Some);
        }
        let Some(left) = self.made_up.checked_sub(1) else { return Ok(None) };
        self.made_up = left;
        seed.deserialize(self.list.made_up()?).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left())
    }
}

/// Named values: those of the tree, or made-up ones of a struct.
struct FieldsReader<'a> {
    fields: Reader<'a>,
    children: &'a [Child<'a>],
    names: &'static [&'static str],
    left_out: &'a [usize],
    /// How many keys were given out.
    taken: usize,
}

impl<'a> FieldsReader<'a> {
    fn new(fields: Reader<'a>, children: &'a [Child<'a>]) -> Self {
        Self { fields, children, names: &[], left_out: &[], taken: 0 }
    }

    fn read<V: Visitor<'a>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let value = visitor.visit_map(&mut self).map_err(|fault| fault.after(self.last()))?;
        match self.children.len().saturating_sub(self.taken) {
            0 => Ok(value),
            left => Err(shape::surplus(left)),
        }
    }

    /// The step to the entry whose key was given out last.
    fn last(&self) -> Option<Step> {
        let position = self.taken.checked_sub(1)?;
        Some(Step { position, into: Within::Fields })
    }

    fn next_name(&mut self) -> Option<&'a str> {
        if !self.children.is_empty() {
            let child = self.children.get(self.taken)?;
            self.taken += 1;
            return match &child.label {
                Label::Key(key) => Some(key),
                Label::Whole | Label::Index(_) => Some(""),
            };
        }
        while self.left_out.contains(&self.taken) {
            self.taken += 1;
        }
        let name = self.names.get(self.taken).copied();
        self.taken += usize::from(name.is_some());
        name
    }
}

impl<'a> MapAccess<'a> for &mut FieldsReader<'a> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(key) = self.next_name() else { return Ok(None) };
        let read = seed.deserialize(Reader::text(key, self.fields.wire));
        read.map(Some).map_err(|fault| match self.last() {
            Some(step) => fault.in_key(step),
            None => fault,
        })
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let step = self.last();
        match step.and_then(|step| Some((step, self.children.get(step.position)?))) {
            Some((step, child)) => seed
                .deserialize(Reader::new(&child.node, self.fields.wire))
                .map_err(|fault| fault.beneath(step)),
            None => seed.deserialize(self.fields.made_up()?),
        }
    }
}

/// A variant by its name, and its content.
struct EnumReader<'a> {
    name: &'a str,
    content: Option<Reader<'a>>,
    /// Whether the content is in the tree.
    is_sent: bool,
}

impl<'a> EnumReader<'a> {
    fn content(&self, kind: &str) -> Result<Reader<'a>, Fault> {
        self.content.ok_or_else(|| Fault::invalid_type(Unexpected::UnitVariant, &kind))
    }

    fn placed(&self, fault: Fault) -> Fault {
        let step = Step { position: 0, into: Within::Fields };
        if self.is_sent && self.content.is_some() { fault.beneath(step) } else { fault }
    }
}

impl<'a> EnumAccess<'a> for EnumReader<'a> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let wire = self.content.map_or(Wire::Json, |content| content.wire);
        Ok((seed.deserialize(Reader::text(self.name, wire))?, self))
    }
}

impl<'a> VariantAccess<'a> for EnumReader<'a> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        let Some(content) = self.content else { return Ok(()) };
        <()>::deserialize(content).map_err(|fault| self.placed(fault))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Fault> {
        let content = self.content("newtype variant")?;
        seed.deserialize(content).map_err(|fault| self.placed(fault))
    }

    fn tuple_variant<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        let content = self.content("tuple variant")?;
        content.deserialize_tuple(length, visitor).map_err(|fault| self.placed(fault))
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let content = self.content("struct variant")?;
        content.deserialize_struct("", fields, visitor).map_err(|fault| self.placed(fault))
    }
}
