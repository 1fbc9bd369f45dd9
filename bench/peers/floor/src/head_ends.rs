//! Counts the ends of heads in a stream of octets, however it is cut.
//!
//! Requests without content only, which is what load generators send.

use memchr::memmem;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// How much of an end of head the last octets were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeadEnds {
    matched: usize,
}

impl HeadEnds {
    /// How many heads end in the next octets.
    pub fn count(&mut self, input: &[u8]) -> usize {
        let mut ends = 0;
        let mut rest = input;
        // An end of head that was cut is finished octet by octet.
        while self.matched > 0 {
            let Some((&octet, after)) = rest.split_first() else { return ends };
            rest = after;
            ends += self.step(octet);
        }
        let mut counted = 0;
        for start in memmem::find_iter(rest, HEAD_END) {
            ends += 1;
            counted = start + HEAD_END.len();
        }
        self.matched = tail_match(&rest[counted..]);
        ends
    }

    fn step(&mut self, octet: u8) -> usize {
        self.matched = match (self.matched, octet) {
            (0 | 2, b'\r') | (1 | 3, b'\n') => self.matched + 1,
            (_, b'\r') => 1,
            _ => 0,
        };
        if self.matched < HEAD_END.len() {
            return 0;
        }
        self.matched = 0;
        1
    }
}

/// The length of the longest end of `octets` that begins an end of head.
fn tail_match(octets: &[u8]) -> usize {
    (1..HEAD_END.len()).rev().find(|&n| octets.ends_with(&HEAD_END[..n])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_gives_the_same_count() {
        let stream = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\r\n\r\n\r\n\r\nGET";
        let whole = HeadEnds::default().count(stream);
        assert_eq!(whole, 3);
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let mut ends = HeadEnds::default();
                let counted = ends.count(&stream[..first])
                    + ends.count(&stream[first..second])
                    + ends.count(&stream[second..]);
                assert_eq!(counted, whole, "cut at {first} and {second}");
            }
        }
    }
}
