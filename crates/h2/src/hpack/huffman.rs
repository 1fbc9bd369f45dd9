//! The Huffman code of RFC 7541 §5.2 and appendix B.
//!
//! The code is canonical: shorter codes come first, and those of one length count up in the
//! order of the octets. So the lengths alone say everything, and all tables are made of them at
//! compile time.
//!
//! Decoding looks at twelve bits at a time, which are one octet or often two (letters take five
//! to eight bits). Longer codes, of octets that fields hardly ever have, are found by their
//! length.

use super::HpackError;

/// The length of each octet's code in bits, and that of EOS. RFC 7541 appendix B.
#[rustfmt::skip]
const BITS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
     6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6, //  !"#$%&'()*+,-./
     5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10, // 0123456789:;<=>?
    13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7, // @ABCDEFGHIJKLMNO
     7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6, // PQRSTUVWXYZ[\]^_
    15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5, // `abcdefghijklmno
     6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28, // pqrstuvwxyz{|}~
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
];

const EOS: u16 = 256;
const BITS_MAX: usize = 30;

/// Symbols (octets and EOS) in the order of their codes.
static ORDER: [u16; 257] = order();

/// How many codes are shorter than so many bits.
static SHORTER: [u16; BITS_MAX + 1] = shorter();

/// Where the codes of at most so many bits end, as the first bits of 32.
static ENDS: [u64; BITS_MAX + 1] = ends();

/// The code of each symbol.
static CODES: [u32; 257] = codes();

/// How many bits a look takes in.
const LOOK_BITS: usize = 12;

/// What lies in the next bits, for all of their values.
static LOOKS: [Look; 1 << LOOK_BITS] = looks();

#[derive(Clone, Copy)]
struct Look {
    /// One octet or two.
    octets: [u8; 2],
    /// The bits of the first octet; 0 if its code is longer than the look.
    first_bits: u8,
    /// The bits of both; those of the first if there is no second.
    bits: u8,
}

/// How many octets the code of `octets` takes.
pub fn encoded_bytes(octets: &[u8]) -> usize {
    let bits: usize = octets.iter().map(|octet| BITS[*octet as usize] as usize).sum();
    bits.div_ceil(8)
}

/// Appends the code of `octets` to `out`, with its padding.
pub fn encode(octets: &[u8], out: &mut Vec<u8>) {
    // The last `count` bits wait to be written: less than 32.
    let (mut bits, mut count) = (0_u64, 0);
    for octet in octets {
        let length = BITS[*octet as usize];
        bits = bits << length | u64::from(CODES[*octet as usize]);
        count += length;
        if count >= 32 {
            count -= 32;
            out.extend_from_slice(&((bits >> count) as u32).to_be_bytes());
        }
    }
    // The first bits of EOS are ones.
    let padded = bits << (32 - count) | u64::from(u32::MAX >> count);
    let last = (padded as u32).to_be_bytes();
    out.extend_from_slice(&last[..count.div_ceil(8) as usize]);
}

/// Appends what `code` stands for to `out`.
///
/// # Errors
/// [`HpackError::HuffmanPadding`] or [`HpackError::HuffmanEos`]; `out` is then as before.
pub fn decode(code: &[u8], out: &mut Vec<u8>) -> Result<(), HpackError> {
    let start = out.len();
    // No code is shorter than five bits; and a look writes two octets where one may be meant.
    out.resize(start + code.len() + (code.len() / 5 + 1) * 3 + 1, 0);
    let result = decode_into(code, &mut out[start..]);
    out.truncate(start + result.unwrap_or(0));
    result.map(|_| ())
}

/// Decodes to the start of `out`, and says how many octets it wrote.
fn decode_into(code: &[u8], out: &mut [u8]) -> Result<usize, HpackError> {
    let mut written = 0;
    // The first `count` bits are next, and zeros follow them.
    let (mut bits, mut count) = (0_u64, 0_u32);
    let (fours, rest) = code.as_chunks::<4>();
    for four in fours {
        bits |= u64::from(u32::from_be_bytes(*four)) << (32 - count);
        count += 32;
        // Enough for any code.
        while count >= 32 {
            let look = LOOKS[(bits >> (64 - LOOK_BITS)) as usize];
            if look.first_bits == 0 {
                let (symbol, length) = long_code(bits);
                out[written] = u8::try_from(symbol).map_err(|_| HpackError::HuffmanEos)?;
                written += 1;
                bits <<= length;
                count -= length;
                continue;
            }
            out[written..written + 2].copy_from_slice(&look.octets);
            written += if look.bits == look.first_bits { 1 } else { 2 };
            bits <<= look.bits;
            count -= u32::from(look.bits);
        }
    }
    for octet in rest {
        bits |= u64::from(*octet) << (56 - count);
        count += 8;
    }
    decode_end(bits, count, out, written)
}

/// Decodes the last `count` bits, less than 56.
fn decode_end(
    mut bits: u64,
    mut count: u32,
    out: &mut [u8],
    mut written: usize,
) -> Result<usize, HpackError> {
    // Ones behind the end: padding looks like a part of EOS then, which is longer than it.
    bits |= u64::MAX >> count;
    loop {
        let look = LOOKS[(bits >> (64 - LOOK_BITS)) as usize];
        let (symbol, length) = match look.first_bits {
            0 => long_code(bits),
            length => (u16::from(look.octets[0]), u32::from(length)),
        };
        if length > count {
            break;
        }
        out[written] = u8::try_from(symbol).map_err(|_| HpackError::HuffmanEos)?;
        written += 1;
        bits = bits << length | ((1 << length) - 1);
        count -= length;
    }
    // RFC 7541 §5.2: less than eight bits, and those of EOS.
    if count < 8 && bits == u64::MAX { Ok(written) } else { Err(HpackError::HuffmanPadding) }
}

/// The symbol at the start of `bits` whose code is too long for a look, and that code's length.
fn long_code(bits: u64) -> (u16, u32) {
    let head = bits >> 32;
    let mut lengths = LOOK_BITS + 1..BITS_MAX;
    let length = lengths.find(|length| head < ENDS[*length]).unwrap_or(BITS_MAX);
    let place = (head - ENDS[length - 1]) >> (32 - length);
    (ORDER[SHORTER[length] as usize + place as usize], length as u32)
}

const fn order() -> [u16; 257] {
    let mut order = [0; 257];
    let (mut place, mut length) = (0, 1);
    while length <= BITS_MAX {
        let mut symbol = 0;
        while symbol < BITS.len() {
            if BITS[symbol] as usize == length {
                order[place] = symbol as u16;
                place += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    assert!(place == BITS.len());
    order
}

const fn shorter() -> [u16; BITS_MAX + 1] {
    let mut shorter = [0; BITS_MAX + 1];
    let (mut place, mut length) = (0, 0);
    while length <= BITS_MAX {
        while BITS[ORDER[place] as usize] < length as u8 {
            place += 1;
        }
        shorter[length] = place as u16;
        length += 1;
    }
    shorter
}

const fn ends() -> [u64; BITS_MAX + 1] {
    let mut ends = [0; BITS_MAX + 1];
    let (mut place, mut length) = (0, 1);
    while length <= BITS_MAX {
        ends[length] = ends[length - 1];
        while place < ORDER.len() && BITS[ORDER[place] as usize] as usize == length {
            ends[length] += 1 << (32 - length);
            place += 1;
        }
        length += 1;
    }
    // No bits are left over: all of them mean something.
    assert!(ends[BITS_MAX] == 1 << 32);
    ends
}

const fn codes() -> [u32; 257] {
    let mut codes = [0; 257];
    let mut place = 0;
    while place < ORDER.len() {
        let symbol = ORDER[place] as usize;
        let length = BITS[symbol] as usize;
        let first = (ENDS[length - 1] >> (32 - length)) as u32;
        codes[symbol] = first + (place as u32 - SHORTER[length] as u32);
        place += 1;
    }
    codes
}

const fn looks() -> [Look; 1 << LOOK_BITS] {
    let mut looks = [Look { octets: [0; 2], first_bits: 0, bits: 0 }; 1 << LOOK_BITS];
    let mut octet = 0;
    while octet < EOS as usize {
        let length = BITS[octet] as usize;
        if length <= LOOK_BITS {
            let start = (CODES[octet] as usize) << (LOOK_BITS - length);
            let mut behind = 0;
            while behind < 1 << (LOOK_BITS - length) {
                let look = &mut looks[start + behind];
                look.octets[0] = octet as u8;
                look.first_bits = length as u8;
                look.bits = length as u8;
                behind += 1;
            }
        }
        octet += 1;
    }
    let mut place = 0;
    while place < looks.len() {
        let first = looks[place];
        let behind = (place << first.first_bits) & ((1 << LOOK_BITS) - 1);
        let second = looks[behind];
        let bits = first.first_bits + second.first_bits;
        let has_both = first.first_bits != 0 && second.first_bits != 0;
        if has_both && bits as usize <= LOOK_BITS {
            looks[place].octets[1] = second.octets[0];
            looks[place].bits = bits;
        }
        place += 1;
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        encode(octets, &mut out);
        out
    }

    fn decoded(code: &[u8]) -> Result<Vec<u8>, HpackError> {
        let mut out = b"kept".to_vec();
        let result = decode(code, &mut out);
        assert!(out.starts_with(b"kept"));
        assert!(result.is_ok() || out.len() == 4);
        result.map(|()| out.split_off(4))
    }

    /// Samples of every length from appendix B, as they stand there.
    #[test]
    fn the_codes_are_those_of_the_appendix() {
        for (symbol, code) in [
            (b'0' as usize, 0x0),
            (b't' as usize, 0x9),
            (b' ' as usize, 0x14),
            (b'u' as usize, 0x2d),
            (b':' as usize, 0x5c),
            (b'z' as usize, 0x7b),
            (b'&' as usize, 0xf8),
            (b'Z' as usize, 0xfd),
            (b'!' as usize, 0x3f8),
            (b'|' as usize, 0x7fc),
            (b'#' as usize, 0xffa),
            (0, 0x1ff8),
            (b'}' as usize, 0x3ffd),
            (b'{' as usize, 0x7ffe),
            (b'\\' as usize, 0x7fff0),
            (128, 0xfffe6),
            (153, 0x1fffdc),
            (129, 0x3fffd2),
            (1, 0x7fffd8),
            (9, 0xffffea),
            (199, 0x1ffffec),
            (192, 0x3ffffe0),
            (203, 0x7ffffde),
            (2, 0xfffffe2),
            (249, 0xffffffe),
            (10, 0x3ffffffc),
            (256, 0x3fffffff),
        ] {
            assert_eq!(CODES[symbol], code, "{symbol}");
        }
    }

    #[test]
    fn every_pair_of_octets_comes_back() {
        for first in 0..=255 {
            for second in 0..=255 {
                let octets = [first, second, second, first, b'a', first];
                let code = encoded(&octets);
                assert_eq!(code.len(), encoded_bytes(&octets));
                assert_eq!(decoded(&code), Ok(octets.to_vec()));
            }
        }
    }

    #[test]
    fn padding_is_checked() {
        use HpackError::{HuffmanEos, HuffmanPadding};
        assert_eq!(decoded(b""), Ok(Vec::new()));
        assert_eq!(decoded(&[0b0001_1111]), Ok(b"a".to_vec()));
        for (code, error) in [
            (&[0b0001_1110][..], HuffmanPadding),
            (&[0b0001_1000], HuffmanPadding),
            (&[0b0001_1111, 0xff], HuffmanPadding),
            (&[0xff], HuffmanPadding),
            (&[0xff, 0xff], HuffmanPadding),
            (&[0xff, 0xff, 0xff], HuffmanPadding),
            (&[0xff, 0xff, 0xff, 0xf0], HuffmanPadding), // cut inside of a long code
            (&[0xff; 4], HuffmanEos),
            (&[0xff; 5], HuffmanEos),
            (&[0xff, 0xff, 0xff, 0xfc], HuffmanEos),
            (&[0b0001_1111, 0xff, 0xff, 0xff], HuffmanPadding),
            (&[0b0001_1111, 0xff, 0xff, 0xff, 0xff], HuffmanEos),
        ] {
            assert_eq!(decoded(code), Err(error), "{code:?}");
        }
    }

    /// What decodes is the only code of what it gives.
    #[test]
    fn no_two_codes_mean_the_same() {
        for code in 0..=u16::MAX {
            let code = code.to_be_bytes();
            if let Ok(octets) = decoded(&code) {
                assert_eq!(encoded(&octets), code);
            }
        }
    }
}
