//! All faults of content: read, mend what is wrong, read again.
//!
//! serde stops at the first fault. So the fault is noted, its place in the tree gets a made-up
//! value (a missing field is added, an entry too many is taken out), and the tree is read from
//! the beginning, until nothing is wrong. What is read from a mended tree is thrown away.
//!
//! A made-up value that is refused as well, such as a text that has to be an address, cannot be
//! mended. It is moved behind its neighbours, so that their faults are found first, and then
//! gives up the value around it. What remains unseen are the missing fields of that value.
//!
//! A fault of a value that holds made-up ones is not told: we may have caused it.

use serde::de::DeserializeOwned;

use super::InvalidField;
use super::fault::{Fault, FaultKind, Step, Within};
use super::reader::Reader;
use super::tree::{Child, Label, Node, Standing, Wire};
use super::wording;

/// Faults that are told of one content, in numbers: 32.
///
/// Nobody corrects more of them at once, and each costs a reading of the content.
pub const FAULTS_MAX: usize = 32;

/// Readings of one content: a fault takes one, and two more if it cannot be mended at once.
pub(super) const READINGS_MAX: usize = 3 * FAULTS_MAX;

/// Content that is read until all faults are known.
pub(super) struct Content<'de> {
    whole: Child<'de>,
    wire: Wire,
}

/// What came of mending a fault.
#[derive(Debug)]
enum Outcome {
    /// The peer is to be told.
    Told(InvalidField),
    /// A fault that an earlier one has caused.
    Silent,
    /// There is nothing left to try.
    Hopeless,
}

impl<'de> Content<'de> {
    pub(super) fn new(node: Node<'de>, wire: Wire) -> Self {
        Self { whole: Child::new(Label::Whole, node), wire }
    }

    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        T::deserialize(Reader::new(&self.whole.node, self.wire))
    }

    /// All faults, given the first, which is always told.
    pub(super) fn faults<T: DeserializeOwned>(mut self, first: Fault) -> Vec<InvalidField> {
        let mut told = Vec::new();
        let mut next = Some(first);
        for _ in 0..READINGS_MAX {
            let Some(fault) = next else { break };
            match self.mend(fault) {
                Outcome::Told(field) => told.push(field),
                Outcome::Silent => {}
                Outcome::Hopeless => break,
            }
            if told.len() == FAULTS_MAX {
                break;
            }
            next = self.read::<T>().err();
        }
        told
    }

    fn mend(&mut self, fault: Fault) -> Outcome {
        let Fault { kind, reason, mut place } = fault.settled();
        place.reverse();
        let path = self.path(&place);
        let outcome = match kind {
            FaultKind::Entry => self.take_out(&place),
            FaultKind::Missing(name) => self.add(&place, name),
            FaultKind::Value | FaultKind::Stray => self.replace(&place),
        };
        match outcome {
            Mended::New => {
                self.touch(changed(&place, kind));
                let path = match kind {
                    FaultKind::Missing(name) => joined(&path, name),
                    _ => path,
                };
                Outcome::Told(InvalidField { path, reason })
            }
            Mended::Again => Outcome::Silent,
            Mended::Refused if self.put_off(&place) => Outcome::Silent,
            Mended::Refused => Outcome::Hopeless,
        }
    }

    /// Takes the entry at a place out.
    fn take_out(&mut self, place: &[Step]) -> Mended {
        let Some((last, around)) = place.split_last() else { return Mended::Refused };
        match self.find(around).map(|child| &mut child.node) {
            // Two names of its type mean the same field.
            Some(Node::MadeUp(left_out)) if !left_out.contains(&last.position) => {
                left_out.push(last.position);
                Mended::Again
            }
            Some(Node::Fields(children)) if last.position < children.len() => {
                children.remove(last.position);
                Mended::New
            }
            _ => Mended::Refused,
        }
    }

    /// Adds a field of this name to the value at a place.
    fn add(&mut self, place: &[Step], name: &'static str) -> Mended {
        match self.find(place).map(|child| &mut child.node) {
            Some(Node::Fields(children)) if !has(children, name) => {
                children.push(Child::made_up(Label::Key(name.into())));
                Mended::New
            }
            _ => self.replace(place),
        }
    }

    /// Puts a made-up value at a place.
    fn replace(&mut self, place: &[Step]) -> Mended {
        let Some(child) = self.find(place) else { return Mended::Refused };
        if matches!(child.node, Node::MadeUp(_)) {
            return Mended::Refused;
        }
        let is_as_sent = child.standing == Standing::AsSent;
        child.node = Node::MadeUp(Vec::new());
        if is_as_sent { Mended::New } else { Mended::Again }
    }

    /// Lets others go first; `false` if all of them have gone.
    fn put_off(&mut self, place: &[Step]) -> bool {
        for length in (1..=place.len()).rev() {
            let (around, last) = (&place[..length - 1], place[length - 1]);
            let Some(children) = self.find(around).and_then(|child| child.node.children_mut())
            else {
                continue;
            };
            if put_off_among(children, last) {
                self.touch(around);
                return true;
            }
        }
        false
    }

    /// Notes for all values on the way that they are not as sent.
    fn touch(&mut self, place: &[Step]) {
        for length in 0..=place.len() {
            if let Some(child) = self.find(&place[..length]) {
                child.standing = match child.standing {
                    Standing::AsSent => Standing::Mended,
                    standing => standing,
                };
            }
        }
    }

    fn find(&mut self, place: &[Step]) -> Option<&mut Child<'de>> {
        place.iter().try_fold(&mut self.whole, |child, step| {
            child.node.children_mut()?.get_mut(step.position)
        })
    }

    /// The place in words, such as `items[2].price`.
    fn path(&self, place: &[Step]) -> String {
        let mut path = String::new();
        let mut around = &self.whole;
        for step in place {
            let Some(child) = around.node.children().get(step.position) else { break };
            path = match (&child.label, step.into) {
                (Label::Index(index), _) => format!("{path}[{index}]"),
                (Label::Key(key), Within::Fields) => joined(&path, key),
                (Label::Key(key), _) => format!("{path}[{}]", wording::key(key)),
                (Label::Whole, _) => path,
            };
            around = child;
        }
        path
    }
}

/// The place of the value that mending a fault has changed.
fn changed(place: &[Step], kind: FaultKind) -> &[Step] {
    match (kind, place.split_last()) {
        // Its neighbour is now at the place of an entry that was taken out.
        (FaultKind::Entry, Some((_, around))) => around,
        _ => place,
    }
}

/// What came of one way of mending.
enum Mended {
    /// A fault of the peer.
    New,
    /// A fault of ours.
    Again,
    /// What is there was made up already, and is refused.
    Refused,
}

fn has(children: &[Child<'_>], name: &str) -> bool {
    children.iter().any(|child| matches!(&child.label, Label::Key(key) if key == name))
}

/// Takes an element out, or moves a named value to the end, once.
fn put_off_among(children: &mut Vec<Child<'_>>, step: Step) -> bool {
    let Some(child) = children.get_mut(step.position) else { return false };
    match (step.into, child.standing) {
        (Within::List, _) => {
            children.remove(step.position);
            true
        }
        (Within::Fields, Standing::AsSent | Standing::Mended) => {
            child.standing = Standing::Postponed;
            let child = children.remove(step.position);
            children.push(child);
            true
        }
        // Each position of a tuple has its own type.
        (Within::Tuple, _) | (Within::Fields, Standing::Postponed) => false,
    }
}

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => wording::key(name),
        _ => format!("{path}.{}", wording::key(name)),
    }
}
