//! What holds for any fields and any octets.

use gnezdo_h2::hpack::{
    Bounds, Decoded, Decoder, Encoder, HpackError, Indexing, Lines, encode_literal, huffman,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Field, WIDE, decode};

/// One step in the life of a connection.
#[derive(Clone, Debug)]
enum Step {
    Announce(usize),
    Block(Vec<(Field, Indexing)>),
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    let known: &[&str] = &[":path", ":status", "cookie", "accept-encoding", "etag", "x-a", "x-b"];
    let known = prop::sample::select(known).prop_map(|name| name.as_bytes().to_vec());
    prop_oneof![3 => known, 1 => vec(any::<u8>(), 0..40)]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(&["", "/", "200", "gzip, deflate", "1", "2"][..]);
    prop_oneof![
        3 => known.prop_map(|value| value.as_bytes().to_vec()),
        2 => "[ -~]{0,80}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..80),
        1 => (0_usize..5000).prop_map(|length| vec![b'x'; length]),
    ]
}

fn indexing() -> impl Strategy<Value = Indexing> {
    prop_oneof![
        4 => Just(Indexing::Incremental),
        1 => Just(Indexing::Without),
        1 => Just(Indexing::Never),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let block = vec(((name(), value()), indexing()), 0..12).prop_map(Step::Block);
    let size = prop_oneof![0_usize..200, 0_usize..10_000];
    prop_oneof![3 => block, 1 => size.prop_map(Step::Announce)]
}

fn encode(encoder: &mut Encoder, fields: &[(Field, Indexing)]) -> Vec<u8> {
    let mut block = Vec::new();
    encoder.begin(&mut block);
    for ((name, value), indexing) in fields {
        encoder.encode(name, value, *indexing, &mut block);
    }
    block
}

/// The size of the lines, as RFC 9113 §6.5.2 counts.
fn list_bytes(lines: &Lines) -> usize {
    lines.iter().map(|line| line.name.len() + line.value.len() + 32).sum()
}

proptest! {
    #[test]
    fn what_is_encoded_comes_back(steps in vec(step(), 1..20)) {
        let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new(4096));
        for step in steps {
            let fields = match step {
                Step::Announce(size) => {
                    decoder.set_table_bytes_max(size);
                    encoder.set_table_bytes_max(size);
                    continue;
                }
                Step::Block(fields) => fields,
            };
            let block = encode(&mut encoder, &fields);
            let mut lines = Lines::new();
            let decoded = decoder.decode(&block, &WIDE, &mut lines);
            prop_assert_eq!(decoded, Ok(Decoded::Complete));
            prop_assert_eq!(lines.len(), fields.len());
            for (line, ((name, value), indexing)) in lines.iter().zip(&fields) {
                prop_assert_eq!((line.name, line.value), (&name[..], &value[..]));
                prop_assert_eq!(line.is_sensitive, *indexing == Indexing::Never);
            }
            prop_assert!(encoder.table_bytes() < 16 << 10 && decoder.table_bytes() < 16 << 10);
        }
    }

    #[test]
    fn a_literal_comes_back_in_any_connection(name in name(), value in value()) {
        let mut block = Vec::new();
        encode_literal(&name, &value, &mut block);
        prop_assert_eq!(decode(&mut Decoder::new(0), &block), [(name, value)]);
    }

    /// Any octets, after a block that fills the table.
    #[test]
    fn any_octets_keep_the_bounds(
        fields in vec(((name(), value()), indexing()), 0..8),
        octets in vec(any::<u8>(), 0..400),
        list_bytes_max in 0_usize..2000,
        lines_max in 0_usize..20,
    ) {
        let bounds = Bounds { list_bytes_max, lines_max };
        let mut decoder = Decoder::new(4096);
        decode(&mut decoder, &encode(&mut Encoder::new(), &fields));
        let _ = check_bounds(&mut decoder, &octets, &bounds)?;
    }

    /// Blocks that are nearly right reach further than any octets.
    #[test]
    fn broken_blocks_keep_the_bounds(
        blocks in vec(vec(((name(), value()), indexing()), 1..8), 1..6),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        list_bytes_max in 0_usize..6000,
        lines_max in 0_usize..10,
    ) {
        let bounds = Bounds { list_bytes_max, lines_max };
        let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new(4096));
        for fields in blocks {
            let mut block = encode(&mut encoder, &fields);
            for (at, octet) in &changes {
                let at = at.index(block.len());
                block[at] = *octet;
            }
            if check_bounds(&mut decoder, &block, &bounds)?.is_err() {
                break;
            }
        }
    }

    /// However little is kept, the table is the same.
    #[test]
    fn the_table_stays_in_step_beyond_the_bounds(
        first in vec(((name(), value()), indexing()), 1..12),
        second in vec(((name(), value()), indexing()), 1..12),
        lines_max in 0_usize..12,
    ) {
        let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new(4096));
        let block = encode(&mut encoder, &first);
        let bounds = Bounds { list_bytes_max: 1 << 20, lines_max };
        let decoded = decoder.decode(&block, &bounds, &mut Lines::new());
        let is_complete = first.len() <= lines_max;
        prop_assert_eq!(decoded == Ok(Decoded::Complete), is_complete);
        let block = encode(&mut encoder, &second);
        let fields: Vec<_> = second.into_iter().map(|(field, _)| field).collect();
        prop_assert_eq!(decode(&mut decoder, &block), fields);
    }

    #[test]
    fn huffman_codes_come_back(octets in vec(any::<u8>(), 0..300)) {
        let (mut code, mut out) = (Vec::new(), Vec::new());
        huffman::encode(&octets, &mut code);
        prop_assert_eq!(code.len(), huffman::encoded_bytes(&octets));
        prop_assert_eq!(huffman::decode(&code, &mut out), Ok(()));
        prop_assert_eq!(out, octets);
    }

    /// A code has one meaning, and a meaning has one code.
    #[test]
    fn any_octets_are_an_error_or_the_code(code in vec(any::<u8>(), 0..40)) {
        let (mut out, mut again) = (Vec::new(), Vec::new());
        if huffman::decode(&code, &mut out).is_ok() {
            huffman::encode(&out, &mut again);
            prop_assert_eq!(again, code);
        }
    }
}

fn check_bounds(
    decoder: &mut Decoder,
    block: &[u8],
    bounds: &Bounds,
) -> Result<Result<Decoded, HpackError>, TestCaseError> {
    let mut lines = Lines::new();
    let result = decoder.decode(block, bounds, &mut lines);
    prop_assert!(lines.len() <= bounds.lines_max);
    prop_assert!(list_bytes(&lines) <= bounds.list_bytes_max);
    // What is kept, and one field more; and twice that, as vectors grow.
    let octets = bounds.list_bytes_max + 4096 + 2 * block.len() + 64;
    prop_assert!(lines.capacity_bytes() <= 2 * octets + 64 * (bounds.lines_max + 4));
    prop_assert!(decoder.table_bytes() < 16 << 10);
    Ok(result)
}
