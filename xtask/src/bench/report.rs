//! The results of a suite, for readers and for programs.

mod chart;
mod json;
mod markdown;

pub(crate) use chart::chart;
pub(crate) use json::json;
pub(crate) use markdown::markdown;
