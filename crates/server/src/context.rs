//! What all connections of a process share, and what a thread lends to them for one turn.

use std::sync::Arc;

use gnezdo_core::{Limits, Now, Service};

use crate::access_log::{LogBuffer, LogSink};
use crate::output::Output;

/// What all sessions of a process share.
pub(crate) struct Context {
    pub(crate) service: Box<dyn Service>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) log: Option<LogSink>,
}

/// What a thread lends to one session after another.
pub(crate) struct Desk {
    pub(crate) now: Now,
    pub(crate) out: Output,
    pub(crate) log: Option<LogBuffer>,
    pub(crate) input: Box<[u8]>,
    /// Whether the driver receives and sends by itself: octets that came are handed to the
    /// connection, and those that are to leave are taken from `out` after its turn.
    pub(crate) is_ring: bool,
}

impl Desk {
    pub(crate) fn new(context: &Context, input_bytes: usize) -> Self {
        Self {
            now: Now::read(),
            out: Output::default(),
            log: context.log.as_ref().map(LogSink::buffer),
            input: vec![0; input_bytes].into_boxed_slice(),
            is_ring: false,
        }
    }

    /// What is left to do before the thread waits.
    pub(crate) fn close_turn(&mut self) {
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }
}
