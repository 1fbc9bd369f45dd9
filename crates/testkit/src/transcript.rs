//! What happened, as lines of text that can be compared and read.
//!
//! Adjacent pieces of content are one line: where a piece ends depends on the cuts and means
//! nothing.

/// What is longer than this many octets is abridged.
const SHOWN_OCTETS: usize = 64;

/// The lines of one run.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    lines: Vec<String>,
    content: Vec<u8>,
}

impl Transcript {
    /// Adds a line.
    pub fn line(&mut self, line: impl Into<String>) {
        self.end_content();
        self.lines.push(line.into());
    }

    /// Adds a piece of content, which joins the piece before it.
    pub fn content(&mut self, piece: &[u8]) {
        self.content.extend_from_slice(piece);
    }

    /// All lines.
    pub fn into_lines(mut self) -> Vec<String> {
        self.end_content();
        self.lines
    }

    fn end_content(&mut self) {
        if !self.content.is_empty() {
            self.lines.push(format!("data {}", abridged(&self.content)));
            self.content.clear();
        }
    }
}

/// Octets as text: a run of one octet as `COUNT*"a"`, and of others that are long only the
/// start and a sum.
///
/// ```
/// assert_eq!(gnezdo_testkit::abridged(b"a\n"), r#""a\n""#);
/// assert_eq!(gnezdo_testkit::abridged(&[b'a'; 100]), r#"100*"a""#);
/// ```
pub fn abridged(octets: &[u8]) -> String {
    if octets.len() <= SHOWN_OCTETS {
        return format!("\"{}\"", octets.escape_ascii());
    }
    let (start, length) = (&octets[..SHOWN_OCTETS / 2], octets.len());
    // A path starts with a slash, whatever follows it.
    if octets[1..].iter().all(|o| *o == octets[1]) {
        let (first, rest) = (octets[0].escape_ascii(), octets[1].escape_ascii());
        return if octets[0] == octets[1] {
            format!("{length}*\"{rest}\"")
        } else {
            format!("\"{first}\" {}*\"{rest}\"", length - 1)
        };
    }
    format!("{length} octets, sum {:08x}: \"{}\"...", checksum(octets), start.escape_ascii())
}

/// FNV-1a, so that two long contents that differ are two lines that differ.
fn checksum(content: &[u8]) -> u32 {
    content.iter().fold(0x811c_9dc5, |sum: u32, &o| (sum ^ u32::from(o)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjacent_content_is_one_line() {
        let mut log = Transcript::default();
        log.content(b"a");
        log.content(b"b\n");
        log.line("end");
        log.content(&[b'x'; 100]);
        assert_eq!(log.into_lines(), ["data \"ab\\n\"", "end", "data 100*\"x\""]);
    }
}
