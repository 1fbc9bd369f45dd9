//! What all of these tests need.

use gnezdo_h2::hpack::{Bounds, Decoded, Decoder, HpackError, Line, Lines};

/// A field with owned name and value.
pub(crate) type Field = (Vec<u8>, Vec<u8>);

/// More than any of the tests has.
pub(crate) const WIDE: Bounds = Bounds { list_bytes_max: 1 << 24, lines_max: 1 << 16 };

/// Decodes a block that has to be right.
pub(crate) fn decode(decoder: &mut Decoder, block: &[u8]) -> Vec<Field> {
    try_decode(decoder, block).unwrap_or_else(|error| panic!("{error}: {block:02x?}"))
}

pub(crate) fn try_decode(decoder: &mut Decoder, block: &[u8]) -> Result<Vec<Field>, HpackError> {
    let mut lines = Lines::new();
    assert_eq!(decoder.decode(block, &WIDE, &mut lines)?, Decoded::Complete);
    Ok(owned(&lines))
}

pub(crate) fn owned(lines: &Lines) -> Vec<Field> {
    lines.iter().map(|Line { name, value, .. }| (name.to_vec(), value.to_vec())).collect()
}

/// Fields from text.
pub(crate) fn fields(fields: &[(&str, &str)]) -> Vec<Field> {
    fields.iter().map(|(name, value)| (name.as_bytes().into(), value.as_bytes().into())).collect()
}

/// What is in the dynamic table, newest first: asked by indices until there is none.
pub(crate) fn table(decoder: &Decoder) -> Vec<Field> {
    let mut decoder = decoder.clone();
    let field = |index: u8| match try_decode(&mut decoder, &[0x80 | index]) {
        Err(HpackError::IndexTooLarge) => None,
        result => Some(result.unwrap().remove(0)),
    };
    // Up to what fits into one octet.
    (62..127).map_while(field).collect()
}

/// Octets from groups of hexadecimal digits, as the RFC prints them.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

/// Numbers that look random and are the same in every run: splitmix64.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    pub(crate) fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}
