//! The grammar that all versions of HTTP have in common: tokens, digits, lists, hosts.
//!
//! Octets from a peer are read by these functions only; each machine adds what its own version
//! says about messages.

mod accept;
mod host;
pub mod quality;
mod target;
mod text;

pub use accept::{media_weight, wants_page};
pub use host::{is_host, without_port};
pub use target::{known_method, split_target, split_while};
pub use text::{
    contains, digits, hex_digit, is_token, is_token_octet, lines, list_members, trim_ows,
};
