//! The machine's own answer to what it refuses: a status, one sentence, and the end.

use gnezdo_core::{FixedField, Now};

use super::due::{Asked, Due};
use crate::PeerError;
use crate::encode::{self, Announcement, ConnectionOption};

/// Appends the answer.
pub(super) fn send(
    error: PeerError,
    due: Due,
    now: &Now,
    fixed_field: Option<&FixedField>,
    out: &mut Vec<u8>,
) {
    let text = format!("{}: {}.\n", error.status(), error.reason());
    encode::status_line(error.status(), out);
    encode::announcement(Announcement::Length(text.len() as u64), out);
    encode::field(b"content-type", b"text/plain; charset=utf-8", out);
    if let Some(field) = fixed_field {
        out.extend_from_slice(field.line());
    }
    encode::head_end(Some(&now.date), ConnectionOption::Close, out);
    if due.asked != Asked::Head {
        out.extend_from_slice(text.as_bytes());
    }
}
