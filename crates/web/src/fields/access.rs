//! What is within a value, handed out piece by piece: lists, named fields, variants.
//!
//! Each step down is noted on a [`Fault`] that comes back up, but for steps into made-up values:
//! those are no places of the content.

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use super::fault::{Fault, Step, Within};
use super::reader::Reader;
use super::shape;
use super::tree::{Child, Label, Wire};

/// The elements of a list: those of the tree, or a text, or made-up ones.
pub(super) struct ListReader<'a> {
    list: Reader<'a>,
    children: std::slice::Iter<'a, Child<'a>>,
    taken: usize,
    text: Option<&'a str>,
    made_up: usize,
    within: Within,
}

impl<'a> ListReader<'a> {
    pub(super) fn new(list: Reader<'a>, children: &'a [Child<'a>], within: Within) -> Self {
        Self { list, children: children.iter(), taken: 0, text: None, made_up: 0, within }
    }

    /// A list of this one text.
    pub(super) fn of(list: Reader<'a>, text: &'a str) -> Self {
        Self { text: Some(text), ..Self::made_up(list, 0) }
    }

    /// A list of so many made-up values.
    pub(super) fn made_up(list: Reader<'a>, made_up: usize) -> Self {
        Self { made_up, ..Self::new(list, &[], Within::Tuple) }
    }

    pub(super) fn read<V: Visitor<'a>>(mut self, visitor: V) -> Result<V::Value, Fault> {
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
            let read = seed.deserialize(Reader::new(&child.node, self.list.wire()));
            return read.map(Some).map_err(|fault| fault.beneath(step));
        }
        if let Some(text) = self.text.take() {
            return seed.deserialize(Reader::text(text, self.list.wire())).map(Some);
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
pub(super) struct FieldsReader<'a> {
    fields: Reader<'a>,
    children: &'a [Child<'a>],
    names: &'static [&'static str],
    left_out: &'a [usize],
    /// How many keys were given out.
    taken: usize,
    /// The step to the entry whose key was given out last; none after all of them.
    current: Option<Step>,
}

impl<'a> FieldsReader<'a> {
    pub(super) fn new(fields: Reader<'a>, children: &'a [Child<'a>]) -> Self {
        Self { fields, children, names: &[], left_out: &[], taken: 0, current: None }
    }

    /// Made-up fields of these names, without those at the positions left out.
    pub(super) fn made_up(
        fields: Reader<'a>,
        names: &'static [&'static str],
        left_out: &'a [usize],
    ) -> Self {
        Self { names, left_out, ..Self::new(fields, &[]) }
    }

    pub(super) fn read<V: Visitor<'a>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let value = visitor.visit_map(&mut self).map_err(|fault| fault.during(self.current))?;
        match self.children.len().saturating_sub(self.taken) {
            0 => Ok(value),
            left => Err(shape::surplus(left)),
        }
    }

    fn advance(&mut self) -> Option<(Step, &'a str)> {
        while self.left_out.contains(&self.taken) {
            self.taken += 1;
        }
        let name = match self.children.get(self.taken) {
            Some(Child { label: Label::Key(key), .. }) => key,
            Some(_) => "",
            None => self.names.get(self.taken).copied()?,
        };
        let step = Step { position: self.taken, into: Within::Fields };
        self.taken += 1;
        Some((step, name))
    }
}

impl<'a> MapAccess<'a> for &mut FieldsReader<'a> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let entry = self.advance();
        self.current = entry.map(|(step, _)| step);
        let Some((step, key)) = entry else { return Ok(None) };
        let read = seed.deserialize(Reader::text(key, self.fields.wire()));
        read.map(Some).map_err(|fault| fault.in_key(step))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let step = self.current;
        match step.and_then(|step| Some((step, self.children.get(step.position)?))) {
            Some((step, child)) => seed
                .deserialize(Reader::new(&child.node, self.fields.wire()))
                .map_err(|fault| fault.beneath(step)),
            None => seed.deserialize(self.fields.made_up()?),
        }
    }
}

/// A variant by its name, and its content.
pub(super) struct EnumReader<'a> {
    pub(super) name: &'a str,
    pub(super) content: Option<Reader<'a>>,
    /// The step to the content, where it is in the tree.
    pub(super) step: Option<Step>,
}

impl<'a> EnumReader<'a> {
    fn content(&self, kind: &str) -> Result<Reader<'a>, Fault> {
        self.content.ok_or_else(|| Fault::invalid_type(Unexpected::UnitVariant, &kind))
    }

    fn placed(&self, fault: Fault) -> Fault {
        match self.step {
            Some(step) => fault.beneath(step),
            None => fault,
        }
    }
}

impl<'a> EnumAccess<'a> for EnumReader<'a> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(Reader::text(self.name, Wire::Json))?, self))
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
