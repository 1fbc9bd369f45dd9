//! What happened, as lines of text that can be compared and read.
//!
//! Adjacent pieces of content are one line: where a piece ends depends on the cuts and means
//! nothing.

/// Content longer than this many octets is abridged.
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
            self.lines.push(content_line(&self.content));
            self.content.clear();
        }
    }
}

fn content_line(content: &[u8]) -> String {
    let (first, length) = (content[0], content.len());
    if length <= SHOWN_OCTETS {
        return format!("data \"{}\"", content.escape_ascii());
    }
    if content.iter().all(|&o| o == first) {
        return format!("data {length}*\"{}\"", first.escape_ascii());
    }
    let start = content[..SHOWN_OCTETS / 2].escape_ascii();
    format!("data {length} octets, sum {:08x}: \"{start}\"...", checksum(content))
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
