//! Lists beyond a bound: no more is kept, but the table stays in step.

use gnezdo_h2::hpack::{Bounds, Decoded, Decoder, Encoder, Indexing, Lines};

use crate::support::{Field, WIDE, fields, owned, table};

/// `a: 0`, `b: 1` and so on, each of 34 bytes.
fn block(encoder: &mut Encoder, lines: u8) -> Vec<u8> {
    let mut block = Vec::new();
    encoder.begin(&mut block);
    for line in 0..lines {
        encoder.encode(&[b'a' + line], &[b'0' + line], Indexing::Incremental, &mut block);
    }
    block
}

fn decode(block: &[u8], bounds: Bounds) -> (Decoded, Vec<Field>, Decoder) {
    let (mut decoder, mut lines) = (Decoder::new(4096), Lines::new());
    let decoded = decoder.decode(block, &bounds, &mut lines).unwrap();
    (decoded, owned(&lines), decoder)
}

#[test]
fn a_list_that_fits_exactly_is_complete() {
    let block = block(&mut Encoder::new(), 5);
    let bounds = Bounds { list_bytes_max: 5 * 34, lines_max: 5 };
    let (decoded, lines, _) = decode(&block, bounds);
    assert_eq!((decoded, lines.len()), (Decoded::Complete, 5));
}

#[test]
fn what_is_beyond_goes_into_the_table_only() {
    let block = block(&mut Encoder::new(), 5);
    let kept = fields(&[("a", "0"), ("b", "1"), ("c", "2")]);
    for (bounds, expected) in [
        (Bounds { list_bytes_max: 4 * 34 - 1, lines_max: 5 }, Decoded::ListTooLarge),
        (Bounds { list_bytes_max: 5 * 34, lines_max: 3 }, Decoded::TooManyLines),
        (Bounds { list_bytes_max: 4 * 34 - 1, lines_max: 3 }, Decoded::ListTooLarge),
        (Bounds { list_bytes_max: 4 * 34, lines_max: 3 }, Decoded::TooManyLines),
    ] {
        let (decoded, lines, decoder) = decode(&block, bounds);
        assert_eq!((decoded, &lines), (expected, &kept));
        assert_eq!(table(&decoder).len(), 5);
    }
}

#[test]
fn after_one_that_is_too_large_no_smaller_one_is_kept() {
    let mut block = Vec::new();
    let mut encoder = Encoder::new();
    encoder.encode(b"a", b"0", Indexing::Without, &mut block);
    encoder.encode(b"large", &[b'x'; 100], Indexing::Never, &mut block);
    encoder.encode(b"b", b"1", Indexing::Without, &mut block);
    encoder.encode(b":method", b"GET", Indexing::Without, &mut block);
    let (decoded, lines, _) = decode(&block, Bounds { list_bytes_max: 100, lines_max: 9 });
    assert_eq!((decoded, lines), (Decoded::ListTooLarge, fields(&[("a", "0")])));
}

#[test]
fn bounds_are_those_of_one_block() {
    let (mut encoder, mut decoder, mut lines) = (Encoder::new(), Decoder::new(4096), Lines::new());
    let bounds = Bounds { list_bytes_max: 5 * 34, lines_max: 5 };
    for blocks in 1..=10 {
        let block = block(&mut encoder, 5);
        assert_eq!(decoder.decode(&block, &bounds, &mut lines), Ok(Decoded::Complete));
        assert_eq!(lines.len(), blocks * 5);
    }
}

/// RFC 7541 §4.4: the name comes from an entry that this insertion evicts.
#[test]
fn a_name_may_come_from_the_entry_that_it_evicts() {
    let mut decoder = Decoder::new(4096);
    let mut lines = Lines::new();
    // A table of 64 bytes; `name: <30 octets>` would be too large, `name: <28 octets>` just fits.
    let mut block = vec![0x3f, 33, 0x40, 4];
    block.extend(b"name\x01a");
    for length in [28, 10, 27] {
        block.extend([0x7e, length]);
        block.resize(block.len() + length as usize, b'v');
    }
    decoder.decode(&block, &WIDE, &mut lines).unwrap();
    assert!(lines.iter().all(|line| line.name == b"name"), "{lines:?}");
    assert_eq!(lines.len(), 4);
    assert_eq!(table(&decoder).len(), 1);
    // One octet more than fits empties the table, and is itself still a line.
    let mut block = vec![0x7e, 29];
    block.resize(block.len() + 29, b'v');
    lines.clear();
    decoder.decode(&block, &WIDE, &mut lines).unwrap();
    assert_eq!(lines.get(0).unwrap().name, b"name");
    assert!(table(&decoder).is_empty());
}

#[test]
fn nothing_is_allocated_without_a_table() {
    let (mut decoder, mut lines) = (Decoder::new(4096), Lines::new());
    decoder.decode(&[0x82, 0x04, 0x01, b'/', 0x10, 0, 0], &WIDE, &mut lines).unwrap();
    assert_eq!((decoder.table_bytes(), lines.len()), (0, 3));
    decoder.decode(&[0x40, 1, b'a', 1, b'b'], &WIDE, &mut lines).unwrap();
    assert!((1..1024).contains(&decoder.table_bytes()));
    decoder.decode(&[0x20], &WIDE, &mut lines).unwrap();
    assert_eq!(decoder.table_bytes(), 0);
}
