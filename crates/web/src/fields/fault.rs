//! A fault on its way up through serde: what is wrong, and the steps that lead there.
//!
//! serde's visitors raise faults by named constructors, so nothing has to be understood from
//! texts. The place is put together step by step as the fault passes the [readers](super::reader).

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::wording;

/// What is wrong with content, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    pub(super) reason: String,
    /// The steps from the value at fault up to the whole.
    pub(super) place: Vec<Step>,
}

/// What has to change for reading to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// The value at the place.
    Value,
    /// The value at the place lacks a field of this name.
    Missing(&'static str),
    /// An entry of the value at the place; which one, only its reader knows.
    Stray,
    /// The entry at the place is one too many, or its key is wrong.
    Entry,
}

/// One step from a value to another within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) position: usize,
    pub(super) into: Within,
}

/// What a value is of the value around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// An element of a list that may as well be shorter.
    List,
    /// An element of a list whose positions have meanings of their own.
    Tuple,
    /// A value with a name.
    Fields,
}

impl Fault {
    /// A fault of the value that is being read.
    pub(super) fn value(reason: String) -> Self {
        Self { kind: FaultKind::Value, reason, place: Vec::new() }
    }

    /// The fault seen from the value around: one step above.
    pub(super) fn beneath(mut self, step: Step) -> Self {
        self = self.settled();
        self.place.push(step);
        self
    }

    /// The fault when nobody can tell any more which entry is meant.
    pub(super) fn settled(mut self) -> Self {
        if self.kind == FaultKind::Stray {
            self.kind = FaultKind::Value;
            self.reason.insert_str(0, "one of its fields ");
        }
        self
    }

    /// The fault as one of an entry, whose key could not be read.
    pub(super) fn in_key(mut self, step: Step) -> Self {
        self.kind = FaultKind::Entry;
        self.place = vec![step];
        self
    }

    /// A stray entry found: it is the one that is being read.
    pub(super) fn during(self, last: Option<Step>) -> Self {
        match (self.kind, last) {
            (FaultKind::Stray, Some(step)) => self.in_key(step),
            _ => self,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::value(wording::own(&message.to_string()))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = wording::expected(&expected.to_string());
        Self::value(format!("expected {expected}, found {}", wording::found(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let expected = wording::expected(&expected.to_string());
        Self::value(format!("expected {expected}, found {length}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let offered = wording::offered(expected);
        Self::value(format!("expected one of {offered}, found {}", wording::quoted(variant)))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        let reason = format!("is unknown; known are {}", wording::offered(expected));
        Self { kind: FaultKind::Stray, ..Self::value(reason) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { kind: FaultKind::Missing(field), ..Self::value("is missing".to_owned()) }
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self { kind: FaultKind::Stray, ..Self::value("is given more than once".to_owned()) }
    }
}
