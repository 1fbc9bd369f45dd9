//! The static table (RFC 7541 appendix A), and a perfect hash over its names.

use super::Found;

/// The index of the last entry; those of the dynamic table follow.
pub(super) const INDEX_MAX: usize = TABLE.len();

/// Index 1 stands first.
static TABLE: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

const SLOTS: usize = 128;

/// The index of each name's first entry, at the name's slot; 0 where there is none.
static FIRST_INDICES: [u8; SLOTS] = first_indices();

/// The entry with this index, from 1 to [`INDEX_MAX`].
pub(super) fn get(index: usize) -> Option<(&'static [u8], &'static [u8])> {
    let (name, value) = TABLE.get(index.checked_sub(1)?)?;
    Some((name.as_bytes(), value.as_bytes()))
}

/// What the table has for a field.
pub(super) fn find(name: &[u8], value: &[u8]) -> Found {
    let Some(first) = find_name(name) else { return Found::Nothing };
    // Entries of one name follow one another.
    let values = TABLE[first - 1..].iter().take_while(|entry| entry.0.as_bytes() == name);
    for (place, entry) in values.enumerate() {
        if entry.1.as_bytes() == value {
            return Found::Field(first + place);
        }
    }
    Found::Name(first)
}

/// The index of the first entry with this name.
pub(super) fn find_name(name: &[u8]) -> Option<usize> {
    let index = FIRST_INDICES[slot(name)?] as usize;
    get(index).filter(|entry| entry.0 == name).map(|_| index)
}

/// A hash without collisions among the names of the table; its factors were found by trying.
const fn slot(name: &[u8]) -> Option<usize> {
    let [first, .., last] = name else { return None };
    Some((name.len() * 3 + *first as usize * 54 + *last as usize * 59) % SLOTS)
}

const fn first_indices() -> [u8; SLOTS] {
    let mut indices = [0; SLOTS];
    let mut index = TABLE.len();
    while index > 0 {
        let name = TABLE[index - 1].0.as_bytes();
        let Some(slot) = slot(name) else { panic!("a name is too short") };
        // Earlier entries of the same name replace later ones, and collide with no other.
        assert!(
            indices[slot] == 0 || is_same(TABLE[indices[slot] as usize - 1].0.as_bytes(), name)
        );
        indices[slot] = index as u8;
        index -= 1;
    }
    indices
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found() {
        for index in 1..=INDEX_MAX {
            let (name, value) = get(index).unwrap();
            assert_eq!(find(name, value), Found::Field(index));
        }
        assert_eq!((get(0), get(INDEX_MAX + 1)), (None, None));
    }

    #[test]
    fn a_name_is_found_at_its_first_entry() {
        assert_eq!(find(b":method", b"PUT"), Found::Name(2));
        assert_eq!(find(b":status", b"302"), Found::Name(8));
        assert_eq!(find(b"accept-encoding", b""), Found::Name(16));
        assert_eq!(find_name(b"www-authenticate"), Some(61));
    }

    #[test]
    fn nothing_else_is_found() {
        for name in [&b""[..], b"x", b"x-", b"Date", b"dake", b":statu", b"user-agenu"] {
            assert_eq!(find(name, b"200"), Found::Nothing);
        }
    }
}
