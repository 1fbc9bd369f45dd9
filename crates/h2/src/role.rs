//! The two roles of a connection: most of it is the same for both, but who opens streams, and
//! what their heads mean, is not.

use std::fmt;

use gnezdo_core::{Now, Refusal};

use crate::connection::{BlockHead, Connection, Event};
use crate::error::Fault;
use crate::hpack::Decoded;
use crate::spare::SpareLines;
use crate::stream::StreamId;

/// A role, as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Roles {
    Server,
    Client,
}

impl Roles {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
        }
    }
}

/// A role, as a type: [`ServerRole`](crate::ServerRole) or [`ClientRole`](crate::ClientRole).
#[expect(private_interfaces, reason = "nobody outside can have a role of their own")]
pub trait Role: Sized + fmt::Debug + 'static {
    /// What the head of a message from the peer is.
    type Head: fmt::Debug;

    #[doc(hidden)]
    const SELF: Roles;

    /// What the field lines of a header block mean on their stream.
    #[doc(hidden)]
    fn receive_lines(
        connection: &mut Connection<Self>,
        now: &Now,
        block: BlockHead,
        decoded: Decoded,
        lines: SpareLines,
    ) -> Result<Option<Event<'static, Self::Head>>, Fault>;

    /// Answers a message in place of the user, if no answer has begun.
    #[doc(hidden)]
    fn answer_refusal(connection: &mut Connection<Self>, now: &Now, id: StreamId, refusal: Refusal);
}
