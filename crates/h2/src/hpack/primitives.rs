//! Integers and strings on the wire (RFC 7541 §5), and the forms of a field (§6).

use super::{HpackError, huffman};

/// What the first octet of an integer says beside it.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pattern: u8,
    prefix_bits: u8,
}

pub(super) const INDEXED: Form = Form { pattern: 0x80, prefix_bits: 7 };
pub(super) const LITERAL_INCREMENTAL: Form = Form { pattern: 0x40, prefix_bits: 6 };
pub(super) const LITERAL_WITHOUT: Form = Form { pattern: 0x00, prefix_bits: 4 };
pub(super) const LITERAL_NEVER: Form = Form { pattern: 0x10, prefix_bits: 4 };
pub(super) const SIZE_UPDATE: Form = Form { pattern: 0x20, prefix_bits: 5 };
const STRING_RAW: Form = Form { pattern: 0x00, prefix_bits: 7 };
const STRING_HUFFMAN: Form = Form { pattern: 0x80, prefix_bits: 7 };

impl Form {
    /// The value of a prefix with all bits set: the integer goes on behind it.
    const fn prefix_max(self) -> u8 {
        (1 << self.prefix_bits) - 1
    }
}

/// What is left of a block to decode.
pub(super) struct Input<'b> {
    rest: &'b [u8],
}

impl<'b> Input<'b> {
    pub(super) const fn new(block: &'b [u8]) -> Self {
        Self { rest: block }
    }

    pub(super) fn peek_octet(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn take_octet(&mut self) -> Option<u8> {
        let (&octet, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(octet)
    }

    /// Takes the rest of the integer that begins in `first`.
    pub(super) fn take_integer(&mut self, first: u8, form: Form) -> Result<usize, HpackError> {
        let prefix = first & form.prefix_max();
        if prefix < form.prefix_max() {
            return Ok(prefix as usize);
        }
        self.take_long_integer(prefix)
    }

    /// Five groups of seven bits, and so 35 bits at most: there is no overflow on the way.
    /// Zeros in front of the value are allowed as far as they fit.
    fn take_long_integer(&mut self, prefix: u8) -> Result<usize, HpackError> {
        let mut value = u64::from(prefix);
        for shift in [0, 7, 14, 21, 28] {
            let octet = self.take_octet().ok_or(HpackError::Truncated)?;
            value += u64::from(octet & 0x7f) << shift;
            if octet < 0x80 {
                let value = u32::try_from(value).map_err(|_| HpackError::IntegerTooLarge)?;
                return Ok(value as usize);
            }
        }
        Err(HpackError::IntegerTooLarge)
    }

    /// Takes a string, appending its octets to `out`.
    pub(super) fn take_string(&mut self, out: &mut Vec<u8>) -> Result<(), HpackError> {
        let first = self.take_octet().ok_or(HpackError::Truncated)?;
        let length = self.take_integer(first, STRING_RAW)?;
        let (string, rest) = self.rest.split_at_checked(length).ok_or(HpackError::Truncated)?;
        self.rest = rest;
        if first & STRING_HUFFMAN.pattern != 0 {
            return huffman::decode(string, out);
        }
        out.extend_from_slice(string);
        Ok(())
    }
}

pub(super) fn put_integer(value: usize, form: Form, out: &mut Vec<u8>) {
    let prefix_max = form.prefix_max();
    if value < prefix_max as usize {
        out.push(form.pattern | value as u8);
        return;
    }
    out.push(form.pattern | prefix_max);
    let mut rest = value - prefix_max as usize;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Appends a string, in the shorter of both ways.
pub(super) fn put_string(octets: &[u8], out: &mut Vec<u8>) {
    let coded_bytes = huffman::encoded_bytes(octets);
    if coded_bytes < octets.len() {
        put_integer(coded_bytes, STRING_HUFFMAN, out);
        huffman::encode(octets, out);
    } else {
        put_integer(octets.len(), STRING_RAW, out);
        out.extend_from_slice(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVEN: Form = Form { pattern: 0, prefix_bits: 7 };

    fn integer(octets: &[u8], form: Form) -> Result<(usize, usize), HpackError> {
        let mut input = Input::new(octets);
        let first = input.take_octet().ok_or(HpackError::Truncated)?;
        let value = input.take_integer(first, form)?;
        Ok((value, octets.len() - input.rest.len()))
    }

    fn put(value: usize, form: Form) -> Vec<u8> {
        let mut out = Vec::new();
        put_integer(value, form, &mut out);
        out
    }

    /// RFC 7541 C.1.1 and C.1.2; C.1.3 begins at an octet boundary, as no integer of HPACK does.
    #[test]
    fn integers_of_the_appendix() {
        assert_eq!(put(10, SIZE_UPDATE), [0b0010_1010]);
        assert_eq!(put(1337, SIZE_UPDATE), [0b0011_1111, 0b1001_1010, 0b0000_1010]);
        assert_eq!(integer(&[0b1110_1010], SIZE_UPDATE), Ok((10, 1)));
        assert_eq!(integer(&[0xff, 0b1001_1010, 0b0000_1010, 9], SIZE_UPDATE), Ok((1337, 3)));
    }

    #[test]
    fn integers_around_every_boundary_come_back() {
        for form in [INDEXED, LITERAL_INCREMENTAL, SIZE_UPDATE, LITERAL_NEVER] {
            for power in 0..=32 {
                for value in (1_u64 << power).saturating_sub(33)..=(1 << power) + 130 {
                    let Ok(value) = u32::try_from(value) else { break };
                    let octets = put(value as usize, form);
                    assert_eq!(octets[0] & !form.prefix_max(), form.pattern);
                    assert_eq!(integer(&octets, form), Ok((value as usize, octets.len())));
                }
            }
        }
    }

    #[test]
    fn zeros_in_front_are_allowed_as_far_as_they_fit() {
        assert_eq!(integer(&[0x7f, 0x80, 0x00], SEVEN), Ok((127, 3)));
        assert_eq!(integer(&[0x7f, 0x81, 0x80, 0x80, 0x80, 0x00], SEVEN), Ok((128, 6)));
        let six = [0x7f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00];
        assert_eq!(integer(&six, SEVEN), Err(HpackError::IntegerTooLarge));
    }

    #[test]
    fn integers_end_at_32_bits() {
        let octets = put(u32::MAX as usize, SEVEN);
        assert_eq!(integer(&octets, SEVEN), Ok((u32::MAX as usize, 6)));
        let octets = put(u32::MAX as usize + 1, SEVEN);
        assert_eq!(integer(&octets, SEVEN), Err(HpackError::IntegerTooLarge));
        assert_eq!(integer(&[0xff; 9], SEVEN), Err(HpackError::IntegerTooLarge));
    }

    #[test]
    fn what_is_cut_is_an_error() {
        assert_eq!(integer(&[0x7f], SEVEN), Err(HpackError::Truncated));
        assert_eq!(integer(&[0x7f, 0xff, 0xff], SEVEN), Err(HpackError::Truncated));
        for string in [&[][..], &[1], &[0x81], &[3, b'a', b'b'], &[0x7f, 0x80]] {
            let result = Input::new(string).take_string(&mut Vec::new());
            assert_eq!(result, Err(HpackError::Truncated), "{string:?}");
        }
    }

    #[test]
    fn the_shorter_string_is_taken() {
        for (octets, wire) in [
            (&b""[..], &[0][..]),
            (b"a", &[1, b'a']), // Huffman is no shorter
            (b"aa", &[2, b'a', b'a']),
            (b"aaa", &[0x82, 0b0001_1000, 0b1100_0111]),
            (b"\xff", &[1, 0xff]),
        ] {
            let mut out = Vec::new();
            put_string(octets, &mut out);
            assert_eq!(out, wire);
            out.clear();
            assert_eq!(Input::new(wire).take_string(&mut out), Ok(()));
            assert_eq!(out, octets);
        }
    }
}
