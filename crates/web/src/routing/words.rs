//! Segments as words: eight octets are looked at at a time.
//!
//! Paths are short, and no two that follow one another are alike: a loop over octets ends where
//! the processor did not expect it, which costs as much as a dozen octets. Two words tell apart
//! all texts of up to sixteen octets, and find them in a table.

/// How many octets a word has.
const WORD: usize = size_of::<u64>();

/// The first eight octets of a text, the last eight, and its length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    first: u64,
    /// Zero for a text of less than eight octets.
    last: u64,
    len: u32,
}

impl Key {
    /// The key of the empty text.
    pub(super) const NONE: Self = Self { first: 0, last: 0, len: 0 };

    pub(super) fn of(text: &[u8]) -> Self {
        match text.len() {
            len @ 0..WORD => {
                let unused = !0 << (8 * len);
                Self { first: word(text, 0) & !unused, last: 0, len: len as u32 }
            }
            len => Self { first: word(text, 0), last: word(text, len - WORD), len: len as u32 },
        }
    }

    /// Whether only one text has this key.
    pub(super) fn is_whole(self) -> bool {
        self.len <= 2 * WORD as u32
    }

    /// A number whose upper half depends on all bits of the key, and on those of the salt.
    pub(super) fn hash(self, salt: u32) -> u64 {
        // An odd number near 2^64 divided by the golden ratio: Knuth, volume 3, §6.4.
        const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
        let words = (self.first ^ self.last.rotate_left(29)).wrapping_mul(FACTOR);
        words.wrapping_add(u64::from(salt).wrapping_mul(FACTOR))
    }
}

impl PartialEq for Key {
    /// Decided at once, with one branch.
    fn eq(&self, other: &Self) -> bool {
        let lens = u64::from(self.len ^ other.len);
        (self.first ^ other.first) | (self.last ^ other.last) | lens == 0
    }
}

impl Eq for Key {}

/// The segment of a path that begins somewhere, as it stands there.
pub(super) struct RawSegment {
    pub(super) start: usize,
    /// Where it ends: at a slash, or with the path.
    pub(super) end: usize,
    pub(super) key: Key,
    pub(super) is_encoded: bool,
}

impl RawSegment {
    #[inline]
    pub(super) fn read(path: &[u8], start: usize) -> Self {
        let first = word(path, start);
        let ends = ends(path, start, first);
        if ends == 0 {
            return Self::read_long(path, start, first);
        }
        let percents = octets_that_are(b'%', first) & below(ends);
        let len = ends.trailing_zeros() / 8;
        let key = Key { first: first & (below(ends) >> 7), last: 0, len };
        Self { start, end: start + len as usize, key, is_encoded: percents != 0 }
    }

    /// Of at least eight octets.
    fn read_long(path: &[u8], start: usize, first: u64) -> Self {
        let mut percents = octets_that_are(b'%', first);
        let mut at = start + WORD;
        let end = loop {
            let current = word(path, at);
            let ends = ends(path, at, current);
            percents |= octets_that_are(b'%', current) & below(ends);
            if ends != 0 {
                break at + ends.trailing_zeros() as usize / 8;
            }
            at += WORD;
        };
        let key = Key { first, last: word(path, end - WORD), len: (end - start) as u32 };
        Self { start, end, key, is_encoded: percents != 0 }
    }
}

/// The lowest bit that is set stands in the octet at which a segment ends: a slash, or the first
/// behind the path.
fn ends(path: &[u8], at: usize, word: u64) -> u64 {
    octets_that_are(b'/', word) | 0x80_u64.unbounded_shl(8 * (path.len() - at) as u32)
}

/// The bits below the lowest that is set; all if none is.
fn below(bits: u64) -> u64 {
    !bits & bits.wrapping_sub(1)
}

/// The eight octets from `at` on. Those behind the end of the text are arbitrary.
fn word(text: &[u8], at: usize) -> u64 {
    let Some(last_at) = text.len().checked_sub(WORD) else {
        let octets = text.iter().skip(at).rev();
        return octets.fold(0, |word, octet| word << 8 | u64::from(*octet));
    };
    // Read where eight octets are left, and shifted: no branch depends on where the text ends.
    let read_at = at.min(last_at);
    let mut octets = [0; WORD];
    octets.copy_from_slice(&text[read_at..read_at + WORD]);
    u64::from_le_bytes(octets).wrapping_shr(8 * (at - read_at) as u32)
}

/// The upper bit of each octet of a word that is this one; above the lowest that is set, others
/// may be set as well.
fn octets_that_are(octet: u8, word: u64) -> u64 {
    const LOWEST: u64 = u64::from_le_bytes([1; WORD]);
    let difference = word ^ (LOWEST * u64::from(octet));
    difference.wrapping_sub(LOWEST) & !difference & (LOWEST << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_any_length_at_any_place_are_read() {
        for before in 0..20 {
            for len in 0..40 {
                for after in ["", "/", "/%", "/abcdefgh/"] {
                    let segment = &"abcdefghijklmnopqrstuvwxyz-0123456789_~%!"[..len];
                    let path = format!("{}{segment}{after}", "/".repeat(before));
                    let read = RawSegment::read(path.as_bytes(), before);
                    assert_eq!(read.end, before + len, "{path}");
                    assert_eq!(read.key, Key::of(segment.as_bytes()), "{path}");
                    assert!(!read.is_encoded, "{path}");
                }
            }
        }
    }

    #[test]
    fn percent_signs_are_seen_in_the_segment_alone() {
        for len in 1..40 {
            for at in 0..len {
                let mut path = vec![b'a'; len];
                path[at] = b'%';
                path.extend(b"/%");
                assert!(RawSegment::read(&path, 0).is_encoded, "{at} of {len}");
                path[at] = b'$';
                assert!(!RawSegment::read(&path, 0).is_encoded, "{at} of {len}");
            }
        }
    }

    #[test]
    fn texts_that_differ_in_one_octet_or_in_length_have_different_keys() {
        for len in 1..=2 * WORD {
            let text = vec![b'a'; len];
            assert!(Key::of(&text).is_whole());
            for at in 0..len {
                let mut other = text.clone();
                other[at] = b'b';
                assert_ne!(Key::of(&text), Key::of(&other), "{at} of {len}");
            }
            assert_ne!(Key::of(&text), Key::of(&[&*text, &[0]].concat()));
        }
        assert!(!Key::of(&[b'a'; 2 * WORD + 1]).is_whole());
    }
}
