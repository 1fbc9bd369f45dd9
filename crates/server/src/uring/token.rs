//! What a completion is about: an operation, and whose it was, in the 64 bits that go with it.
//!
//! ```text
//! | operation 4 | batch 4 | generation 24 | place 32 |
//! ```

use crate::mailbox::Address;

/// How many batches can be told apart.
pub(super) const BATCHES: usize = 16;

/// An operation, as its completion tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Accepting from the listener with this number.
    Accept(usize),
    /// Waiting until somebody stands at the listener with this number.
    Knock(usize),
    Receive(Address),
    /// Sending octets of a batch.
    Send(Address, usize),
    /// Waiting until the socket takes more.
    AwaitRoom(Address),
    /// Waiting until the peer is gone.
    AwaitEnd(Address),
    Cancel,
    /// Waiting for the mailbox's bell.
    Bell,
    /// Waiting for a shutdown.
    Shutdown,
}

const ACCEPT: u64 = 0;
const RECEIVE: u64 = 1;
const SEND: u64 = 2;
const AWAIT_ROOM: u64 = 3;
const AWAIT_END: u64 = 4;
const CANCEL: u64 = 5;
const BELL: u64 = 6;
const SHUTDOWN: u64 = 7;
const KNOCK: u64 = 8;

impl Operation {
    pub(super) fn encode(self) -> u64 {
        match self {
            Self::Accept(listener) => pack(ACCEPT, 0, 0, listener),
            Self::Knock(listener) => pack(KNOCK, 0, 0, listener),
            Self::Receive(Address { key, generation }) => pack(RECEIVE, 0, generation, key),
            Self::Send(Address { key, generation }, batch) => pack(SEND, batch, generation, key),
            Self::AwaitRoom(Address { key, generation }) => pack(AWAIT_ROOM, 0, generation, key),
            Self::AwaitEnd(Address { key, generation }) => pack(AWAIT_END, 0, generation, key),
            Self::Cancel => pack(CANCEL, 0, 0, 0),
            Self::Bell => pack(BELL, 0, 0, 0),
            Self::Shutdown => pack(SHUTDOWN, 0, 0, 0),
        }
    }

    pub(super) fn decode(token: u64) -> Self {
        let key = (token & 0xffff_ffff) as usize;
        let address = Address { key, generation: (token >> 32) as u32 & Address::GENERATION_MAX };
        match token >> 60 {
            ACCEPT => Self::Accept(key),
            KNOCK => Self::Knock(key),
            RECEIVE => Self::Receive(address),
            SEND => Self::Send(address, (token >> 56) as usize % BATCHES),
            AWAIT_ROOM => Self::AwaitRoom(address),
            AWAIT_END => Self::AwaitEnd(address),
            CANCEL => Self::Cancel,
            BELL => Self::Bell,
            _ => Self::Shutdown,
        }
    }
}

fn pack(operation: u64, batch: usize, generation: u32, key: usize) -> u64 {
    debug_assert!(batch < BATCHES && generation <= Address::GENERATION_MAX);
    operation << 60 | (batch as u64) << 56 | u64::from(generation) << 32 | key as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip() {
        let first = Address { key: 0, generation: 0 };
        let last = Address { key: u32::MAX as usize, generation: Address::GENERATION_MAX };
        for address in [first, last] {
            let operations = [
                Operation::Accept(address.key),
                Operation::Knock(address.key),
                Operation::Receive(address),
                Operation::Send(address, 0),
                Operation::Send(address, BATCHES - 1),
                Operation::AwaitRoom(address),
                Operation::AwaitEnd(address),
                Operation::Cancel,
                Operation::Bell,
                Operation::Shutdown,
            ];
            for operation in operations {
                assert_eq!(Operation::decode(operation.encode()), operation);
            }
        }
    }
}
