//! What all versions of HTTP have in common, encrypted or not: the same service, content, limits,
//! deadlines and log.

mod access_log;
mod answers;
mod back_pressure;
mod client;
mod client_gone;
mod connections;
mod content;
mod deadlines;
mod drain;
mod files;
mod framework;
mod interim;
mod limits;
mod panics;
mod trailers;
mod worker_killed;
