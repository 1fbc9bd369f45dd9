//! Against two other libraries, over whole stories: loona-hpack, which has no Huffman encoder,
//! and httlib-hpack, whose encoder does what it is told.

use gnezdo_h2::hpack::{
    Decoded, Decoder, Encoder, HpackError, Indexing, Lines, encode_literal, huffman, usual_indexing,
};
use httlib_hpack::{Decoder as HttlibDecoder, Encoder as HttlibEncoder};
use loona_hpack::{Decoder as LoonaDecoder, Encoder as LoonaEncoder};

use crate::stories::{requests, responses};
use crate::support::{Field, Numbers, WIDE, decode, owned};

const SIZES: [usize; 8] = [0, 32, 64, 100, 256, 1000, 4096, 65536];

/// How our encoder is told what to do.
type Choice = fn(&[u8], &[u8], &mut Numbers) -> Indexing;

const CHOICES: [Choice; 3] = [
    |name, value, _| usual_indexing(name, value),
    |_, _, _| Indexing::Incremental,
    |_, _, numbers| match numbers.below(4) {
        0 => Indexing::Without,
        1 => Indexing::Never,
        _ => Indexing::Incremental,
    },
];

/// The blocks of a story by our encoder, with changes of the table's size between them.
fn encode(story: &[Vec<Field>], choice: Choice, numbers: &mut Numbers) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new();
    let mut block = |fields: &Vec<Field>| {
        for _ in 0..[0, 0, 0, 1, 3][numbers.below(5)] {
            encoder.set_table_bytes_max(SIZES[numbers.below(SIZES.len())]);
        }
        let mut block = Vec::new();
        encoder.begin(&mut block);
        for (name, value) in fields {
            encoder.encode(name, value, choice(name, value, numbers), &mut block);
        }
        block
    };
    story.iter().map(&mut block).collect()
}

fn httlib_decode(decoder: &mut HttlibDecoder<'_>, block: &[u8]) -> Option<Vec<(Field, u8)>> {
    let mut fields = Vec::new();
    decoder.decode(&mut block.to_vec(), &mut fields).ok()?;
    Some(fields.into_iter().map(|(name, value, flags)| ((name, value), flags)).collect())
}

#[test]
fn others_decode_what_we_encode() {
    let mut numbers = Numbers(7);
    for story in requests().chain(responses()) {
        for choice in CHOICES {
            let (mut loona, mut httlib) = (LoonaDecoder::new(), HttlibDecoder::default());
            let mut ours = Decoder::new(4096);
            let blocks = encode(&story, choice, &mut numbers);
            for (block, fields) in blocks.iter().zip(&story) {
                assert_eq!(&decode(&mut ours, block), fields);
                assert_eq!(loona.decode(block).as_ref(), Ok(fields));
                let theirs = httlib_decode(&mut httlib, block).unwrap();
                let theirs: Vec<_> = theirs.into_iter().map(|(field, _)| field).collect();
                assert_eq!(&theirs, fields);
            }
        }
    }
}

#[test]
fn what_is_never_to_be_indexed_is_told_to_others() {
    let (mut encoder, mut block) = (Encoder::new(), Vec::new());
    encoder.encode(b"cookie", b"a=1", Indexing::Never, &mut block);
    encoder.encode(b"cookie", b"a=1", Indexing::Without, &mut block);
    let fields = httlib_decode(&mut HttlibDecoder::default(), &block).unwrap();
    let flags: Vec<_> = fields.into_iter().map(|(_, flags)| flags).collect();
    assert_eq!(flags, [HttlibDecoder::NEVER_INDEXED, 0]);
}

#[test]
fn others_decode_kept_literals() {
    for (name, value) in requests().chain(responses()).flatten().flatten().step_by(5) {
        let mut block = Vec::new();
        encode_literal(&name, &value, &mut block);
        assert_eq!(LoonaDecoder::new().decode(&block), Ok(vec![(name, value)]));
    }
}

#[test]
fn we_decode_what_loona_encodes() {
    for story in requests().chain(responses()) {
        let (mut encoder, mut decoder) = (LoonaEncoder::new(), Decoder::new(4096));
        for fields in story {
            let block = encoder.encode(fields.iter().map(|(name, value)| (&name[..], &value[..])));
            assert_eq!(decode(&mut decoder, &block), fields);
        }
    }
}

#[test]
fn we_decode_what_httlib_encodes() {
    let mut numbers = Numbers(8);
    for story in requests().chain(responses()).chain(requests()) {
        let (mut encoder, mut decoder) = (HttlibEncoder::default(), Decoder::new(4096));
        for fields in story {
            let mut block = Vec::new();
            for _ in 0..[0, 0, 1, 2][numbers.below(4)] {
                let size = SIZES[numbers.below(SIZES.len() - 1)];
                encoder.update_max_dynamic_size(size as u32, &mut block).unwrap();
            }
            for (name, value) in &fields {
                let flags = httlib_flags(&mut numbers);
                encoder.encode((name.clone(), value.clone(), flags), &mut block).unwrap();
            }
            assert_eq!(decode(&mut decoder, &block), fields);
        }
    }
}

fn httlib_flags(numbers: &mut Numbers) -> u8 {
    let forms = [HttlibEncoder::WITH_INDEXING, HttlibEncoder::NEVER_INDEXED, 0];
    // The lowest bits ask for Huffman coding of name and value.
    forms[numbers.below(4) % 3]
        | numbers.below(4) as u8
        | [HttlibEncoder::BEST_FORMAT, 0][numbers.below(3) / 2]
}

#[test]
fn the_huffman_code_is_that_of_others() {
    for octet in 0..=255_u8 {
        let octets = [octet, b'a', octet, octet];
        let mut code = Vec::new();
        huffman::encode(&octets, &mut code);
        // A literal without indexing, without a name, and with this value.
        let mut block = vec![0, 0, 0x80 | code.len() as u8];
        block.extend(&code);
        let expected = vec![(Vec::new(), octets.to_vec())];
        assert_eq!(LoonaDecoder::new().decode(&block), Ok(expected));
    }
}

/// What is broken on purpose: if both understand it, both understand the same.
#[test]
fn broken_blocks_mean_the_same_to_all_who_take_them() {
    let mut numbers = Numbers(9);
    let (mut taken, mut refused) = (0, 0);
    for story in requests().chain(responses()) {
        for mut block in encode(&story, CHOICES[2], &mut numbers) {
            for _ in 0..1 + numbers.below(3) {
                let at = numbers.below(block.len());
                block[at] = numbers.below(256) as u8;
            }
            let mut lines = Lines::new();
            let ours = Decoder::new(4096).decode(&block, &WIDE, &mut lines);
            match ours {
                Ok(decoded) => {
                    assert_eq!(decoded, Decoded::Complete);
                    assert_eq!(LoonaDecoder::new().decode(&block), Ok(owned(&lines)));
                    taken += 1;
                }
                // Others do not look at where updates are, or how many.
                Err(HpackError::SizeUpdateLate | HpackError::SizeUpdatesTooMany) => {}
                Err(HpackError::SizeUpdateTooLarge) => {}
                Err(error) => {
                    let theirs = LoonaDecoder::new().decode(&block);
                    assert!(theirs.is_err(), "{error}: {block:02x?}");
                    refused += 1;
                }
            }
        }
    }
    assert!(taken > 50 && refused > 50, "{taken} {refused}");
}
