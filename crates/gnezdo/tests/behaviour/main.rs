//! How the server behaves, each behaviour under every architecture and through real sockets.
//!
//! The server is the example `target`, a process of its own. Nothing here sleeps for a time to
//! pass: tests wait for a condition, with a bound.

mod support;

mod absolute_form;
mod back_pressure;
mod chunked;
mod client_gone;
mod connection_close;
mod deadlines;
mod expect_continue;
mod half_close;
mod head;
mod http10;
mod keep_alive;
mod limits;
mod options_asterisk;
mod panics;
mod pipelining;
mod refusal_lingers;
mod trailers;
