//! The access log: one line for each answer, written off the hot path.
//!
//! A loop formats lines into a buffer of its own and hands the buffer on when its turn ends;
//! one thread writes them. The way between them is bounded: when the disk is slower than the
//! traffic, lines are dropped and counted, and the log says so, but nobody waits. At shutdown
//! every line that was handed on is written.

mod format;
mod record;
mod writer;

pub use format::LogFormat;
pub(crate) use record::Record;
pub use writer::LogTarget;
pub(crate) use writer::{LogBuffer, LogSink, LogWriter};
