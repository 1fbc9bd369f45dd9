//! Whether this kernel, and whatever confines this process, allows what the driver needs.

use std::sync::OnceLock;

use io_uring::{IoUring, Probe, opcode};

use super::ring::{Ring, Sizes};
use crate::refusal::Refusal;

/// The operations that the driver uses. Their newest forms came with Linux 6.0, as did rings for
/// one thread, so that the one tells of the other.
const OPERATIONS: [(&str, u8); 5] = [
    ("accept", opcode::AcceptMulti::CODE),
    ("receive", opcode::RecvMulti::CODE),
    ("send", opcode::Send::CODE),
    ("poll", opcode::PollAdd::CODE),
    ("cancel", opcode::AsyncCancel::CODE),
];

/// The smallest ring that has everything.
const SIZES: Sizes = Sizes { submissions: 2, completions: 4, buffers: 1, buffer_bytes: 64 };

/// Tries a small ring once for the whole process.
pub(crate) fn probe() -> Result<(), Refusal> {
    static RESULT: OnceLock<Result<(), Refusal>> = OnceLock::new();
    RESULT.get_or_init(try_out).clone()
}

fn try_out() -> Result<(), Refusal> {
    let mut known = Probe::new();
    let plain = IoUring::new(2).map_err(Refusal::from)?;
    plain.submitter().register_probe(&mut known).map_err(Refusal::from)?;
    for (name, code) in OPERATIONS {
        if !known.is_supported(code) {
            return Err(Refusal::Operation(name));
        }
    }
    drop(plain);
    Ring::new(SIZES).map(drop).map_err(Refusal::from)
}
