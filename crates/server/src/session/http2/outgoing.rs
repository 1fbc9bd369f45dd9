//! Content of an answer on its way out: given to the machine as far as it grants.

use bytes::Bytes;
use gnezdo_core::FileRange;
use gnezdo_h2::{Ends, Grant, Server};

use crate::context::Desk;

/// What is left of an answer's content.
pub(super) enum Outgoing {
    None,
    Bytes(Bytes),
    File(FileRange),
    /// A piece of a body that comes in pieces; it is read ahead by this one piece.
    Stream(Bytes),
}

/// How far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// There is more at hand.
    More,
    /// All has been sent, and the end was said.
    All,
    /// The piece has been sent; the next one is to be read.
    Piece,
    /// It cannot be sent as it was promised.
    Broken,
}

impl Outgoing {
    /// Sends as much as was granted.
    pub(super) fn send(&mut self, machine: &mut Server, desk: &mut Desk, grant: Grant) -> Sent {
        let Grant { stream, bytes_max } = grant;
        let Desk { now, out, .. } = desk;
        match self {
            Self::None => Sent::Broken,
            Self::Bytes(bytes) if bytes.len() <= bytes_max => {
                machine.send_last(now, stream, bytes, &mut out.bytes);
                *self = Self::None;
                Sent::All
            }
            Self::Bytes(bytes) => {
                machine.send_data(now, stream, &bytes.split_to(bytes_max), &mut out.bytes);
                Sent::More
            }
            Self::Stream(piece) => {
                let sent = piece.split_to(piece.len().min(bytes_max));
                machine.send_data(now, stream, &sent, &mut out.bytes);
                if piece.is_empty() { Sent::Piece } else { Sent::More }
            }
            Self::File(range) => {
                let mut bytes = std::mem::take(&mut out.bytes);
                let head_at = machine.begin_in_place(&mut bytes);
                let read = desk.read_file(range, bytes_max, &mut bytes);
                desk.out.bytes = bytes;
                if read.is_err() {
                    desk.out.bytes.truncate(head_at);
                    return Sent::Broken;
                }
                let ends = if range.length == 0 { Ends::Yes } else { Ends::No };
                let bytes = &mut desk.out.bytes;
                machine.send_in_place(&desk.now, stream, head_at, ends, bytes);
                if ends == Ends::No {
                    return Sent::More;
                }
                *self = Self::None;
                Sent::All
            }
        }
    }

    /// How many octets are left of those that were promised.
    pub(super) fn left(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Bytes(bytes) | Self::Stream(bytes) => bytes.len() as u64,
            Self::File(range) => range.length,
        }
    }
}
