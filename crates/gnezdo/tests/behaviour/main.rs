//! How the server behaves, each behaviour under every architecture and through real sockets.
//!
//! What all versions of HTTP share is in `versions`, and runs over each of them, with and without
//! TLS. The files beside it are about HTTP/1 as octets; `http2` and `tls` are about what only
//! these have.
//!
//! The server is the example `target`, a process of its own; `cargo test` builds it, but
//! `cargo test --test behaviour` does not. Nothing here sleeps for a time to pass: tests wait
//! for a condition, with a bound.

mod support;

mod absolute_form;
mod access_log;
mod allow_deny;
mod back_pressure;
mod chunked;
mod client_gone;
mod connection_close;
mod connections_max;
mod deadlines;
mod descriptors_exhausted;
mod drain;
mod dribble;
mod expect_continue;
mod half_close;
mod head;
mod http10;
mod idle;
mod ipv6;
mod keep_alive;
mod limits;
mod options_asterisk;
mod panics;
mod per_ip;
mod pipelining;
mod refusal_lingers;
mod single_gives_way;
mod tokio;
mod trailers;
mod unix_socket;
mod worker_killed;

mod http2;
mod tls;
mod versions;
