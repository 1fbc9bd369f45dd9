//! TLS where it was left out: nobody has one of these.

use gnezdo_core::Wants;

use crate::context::{Context, Desk};
use crate::output::Output;

pub(super) enum Tls {}

/// What a client says over TLS.
#[expect(dead_code, reason = "nothing is heard")]
pub(super) enum Heard<'o> {
    Http2,
    Http11,
    Octets(&'o [u8]),
    End,
}

impl Tls {
    pub(super) fn begin(_: &Context) -> Option<Box<Self>> {
        None
    }

    pub(super) fn receive(
        &mut self,
        _: &[u8],
        _: &mut Vec<u8>,
        _: &mut Vec<u8>,
        _: &mut dyn FnMut(Heard<'_>),
    ) {
        match *self {}
    }

    pub(super) fn hold_input(&mut self, _: &[u8]) {
        match *self {}
    }

    pub(super) fn take_held(&mut self) -> Option<Vec<u8>> {
        match *self {}
    }

    pub(super) fn seal(&mut self, _: &mut Output, _: &mut Output) {
        match *self {}
    }

    pub(super) fn seal_more(&mut self, _: &mut Desk) {
        match *self {}
    }

    pub(super) fn say_goodbye(&mut self, _: &mut Desk) {
        match *self {}
    }

    pub(super) fn fail(&mut self) {
        match *self {}
    }

    pub(super) fn has_heard_nothing(&self) -> bool {
        match *self {}
    }

    pub(super) fn has_more(&self) -> bool {
        match *self {}
    }

    pub(super) fn owes_goodbye(&self, _: Wants) -> bool {
        match *self {}
    }

    pub(super) fn left(&self) -> u64 {
        match *self {}
    }

    pub(super) fn wants(&self, _: Wants) -> Wants {
        match *self {}
    }
}
