//! Changes of the table's size, by RFC 7541 §4.2 and RFC 9113 §4.3.1.

use gnezdo_h2::hpack::{Decoder, Encoder, HpackError, Indexing};

use crate::support::{decode, hex, table, try_decode};

/// What an encoder says at the start of a block after its peer announced these sizes.
fn updates(encoder: &mut Encoder, sizes: &[usize]) -> Vec<u8> {
    let mut block = Vec::new();
    for size in sizes {
        encoder.set_table_bytes_max(*size);
    }
    encoder.begin(&mut block);
    block
}

#[test]
fn an_encoder_tells_the_smallest_and_the_last() {
    let mut encoder = Encoder::new();
    for (sizes, block) in [
        (&[][..], ""),
        (&[4096], ""),
        (&[65536], ""),
        (&[100], "3f 45"),
        (&[100], ""),
        (&[30], "3e"),
        (&[31], "3f 00"),
        (&[200, 300], "3f 8d 02"),
        (&[0, 300], "20 3f 8d 02"),
        (&[1000, 0, 500, 10, 1 << 40], "20 3f e1 1f"),
        (&[4095, 4096], "3f e0 1f 3f e1 1f"),
        (&[0], "20"),
        (&[4096, 0], ""),
        (&[4096], "3f e1 1f"),
    ] {
        assert_eq!(updates(&mut encoder, sizes), hex(block), "{sizes:?}");
    }
}

#[test]
fn an_update_evicts_on_both_sides() {
    let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new(4096));
    let encode = |encoder: &mut Encoder, sizes: &[usize]| {
        let mut block = updates(encoder, sizes);
        for name in [b"a", b"b", b"c"] {
            encoder.encode(name, b"1", Indexing::Incremental, &mut block);
        }
        block
    };
    let inserted = encode(&mut encoder, &[]);
    decode(&mut decoder, &inserted);
    assert_eq!(table(&decoder).len(), 3);
    assert_eq!(encode(&mut encoder, &[]), [0xc0, 0xbf, 0xbe]);
    // Emptied and as large as before: all of it is inserted once more.
    let again = encode(&mut encoder, &[0, 4096]);
    assert_eq!(again[4..], inserted);
    decode(&mut decoder, &again);
    assert_eq!(table(&decoder).len(), 3);
    // Room for two.
    decode(&mut decoder, &encode(&mut encoder, &[80]));
    assert_eq!(table(&decoder).len(), 2);
    // Without a table the fields are still there.
    assert_eq!(decode(&mut decoder, &encode(&mut encoder, &[0])).len(), 3);
    assert!(table(&decoder).is_empty());
}

#[test]
fn a_decoder_takes_what_it_announced() {
    let update = |limit, block: &str| try_decode(&mut Decoder::new(limit), &hex(block)).err();
    assert_eq!(update(4096, "3f e1 1f"), None);
    assert_eq!(update(4095, "3f e1 1f"), Some(HpackError::SizeUpdateTooLarge));
    assert_eq!(update(65536, "3f e1 ff 03"), None);
    assert_eq!(update(65536, "3f e2 ff 03"), Some(HpackError::SizeUpdateTooLarge));
    assert_eq!(update(0, "20"), None);
    assert_eq!(update(0, "21"), Some(HpackError::SizeUpdateTooLarge));
}

/// The peer may not yet have seen our settings.
#[test]
fn a_table_begins_with_4096_bytes_whatever_was_announced() {
    let mut insertion = vec![0x40, 0x01, b'a', 0x7f, 0xa0, 0x1e];
    insertion.resize(insertion.len() + 3999, b'x');
    for announced in [0, 4096, 65536] {
        let mut decoder = Decoder::new(announced);
        decode(&mut decoder, &insertion);
        decode(&mut decoder, &insertion);
        assert_eq!(table(&decoder).len(), 1);
    }
    let mut decoder = Decoder::new(65536);
    decode(&mut decoder, &hex("3f e1 ff 03"));
    decode(&mut decoder, &insertion);
    decode(&mut decoder, &insertion);
    assert_eq!(table(&decoder).len(), 2);
}

#[test]
fn a_smaller_table_has_to_be_said() {
    let mut decoder = Decoder::new(4096);
    decoder.set_table_bytes_max(100);
    assert_eq!(try_decode(&mut decoder.clone(), &[0x82]), Err(HpackError::SizeUpdateMissing));
    decode(&mut decoder, &hex("3f 45 82"));
    decode(&mut decoder, &[0x82]);
    // The table is not larger than the new bound: nothing has to be said.
    decoder.set_table_bytes_max(4096);
    decode(&mut decoder, &[0x82]);
    decoder.set_table_bytes_max(100);
    decode(&mut decoder, &[0x82]);
}
