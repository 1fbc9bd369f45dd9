//! Priorities that clients ask for, RFC 9218: how urgent an answer is, and whether pieces of it
//! are of use.
//!
//! The field `priority` and the frame PRIORITY_UPDATE carry a dictionary of structured fields
//! (RFC 9651) of which two members matter: `u=0` to `u=7`, and `i`. What is not understood is
//! ignored, as RFC 9218 §4 asks for.

/// How urgent an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priority {
    /// From 0, the most urgent, to 7; 3 by default.
    pub urgency: u8,
    /// Whether pieces of the answer are of use, so that it shares the connection with others.
    pub is_incremental: bool,
}

impl Default for Priority {
    fn default() -> Self {
        Self { urgency: 3, is_incremental: false }
    }
}

impl Priority {
    /// Reads the value of the field `priority`, or of a PRIORITY_UPDATE.
    ///
    /// ```
    /// use gnezdo_h2::Priority;
    ///
    /// assert_eq!(Priority::read(b"u=5, i"), Priority { urgency: 5, is_incremental: true });
    /// assert_eq!(Priority::read(b"u=9, x=1"), Priority::default());
    /// ```
    pub fn read(value: &[u8]) -> Self {
        let mut priority = Self::default();
        for member in value.split(|&octet| octet == b',') {
            // Parameters of a member are of no concern.
            let member = member.split(|&octet| octet == b';').next().unwrap_or_default();
            match member.trim_ascii() {
                [b'u', b'=', digit @ b'0'..=b'7'] => priority.urgency = digit - b'0',
                b"i" | b"i=?1" => priority.is_incremental = true,
                b"i=?0" => priority.is_incremental = false,
                _ => {}
            }
        }
        priority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_as_browsers_send_them() {
        for (value, urgency, is_incremental) in [
            ("", 3, false),
            ("u=0", 0, false),
            ("u=7,i", 7, true),
            ("i, u=1", 1, true),
            ("i=?0", 3, false),
            ("i=?1;a=b, u=2;c", 2, true),
            ("u=8", 3, false),
            ("u=-1", 3, false),
            ("u=1.0", 3, false),
            ("u=10", 3, false),
            ("U=1, I", 3, false),
            ("u=1, u=4", 4, false),
            (",,,", 3, false),
        ] {
            let expected = Priority { urgency, is_incremental };
            assert_eq!(Priority::read(value.as_bytes()), expected, "{value}");
        }
    }
}
