//! Every error of a decoder, by the least block that has it.

use gnezdo_h2::hpack::{Bounds, Decoder, HpackError, Lines};

use crate::support::{hex, try_decode};

fn error(block: &str) -> Option<HpackError> {
    try_decode(&mut Decoder::new(4096), &hex(block)).err()
}

#[test]
fn faults_of_a_block() {
    use HpackError::*;
    for (block, expected) in [
        ("80", IndexZero),
        ("82 80", IndexZero),
        ("be", IndexTooLarge),
        ("4001 6101 62 bf", IndexTooLarge),
        ("7e 00", IndexTooLarge),
        ("0f 2f 00", IndexTooLarge),
        ("1f 2f 00", IndexTooLarge),
        ("ff ff ff ff ff 0e", IndexTooLarge),
        ("ff 80 ff ff ff 0f", IndexTooLarge),
        ("ff 81 ff ff ff 0f", IntegerTooLarge),
        ("ff ff ff ff ff 0f", IntegerTooLarge),
        ("ff ff ff ff ff 7f", IntegerTooLarge),
        ("ff 80 80 80 80 80 00", IntegerTooLarge),
        ("0f 80 80 80 80 80 00", IntegerTooLarge),
        ("00 ff ff ff ff ff ff", IntegerTooLarge),
        ("3f ff ff ff ff ff", IntegerTooLarge),
        ("ff", Truncated),
        ("ff 80", Truncated),
        ("3f", Truncated),
        ("40", Truncated),
        ("41", Truncated),
        ("00 01", Truncated),
        ("00 01 61", Truncated),
        ("00 01 61 01", Truncated),
        ("01 7f 80 80 80 80 0f", Truncated),
        ("01 81 1e", HuffmanPadding),
        ("01 82 1f ff", HuffmanPadding),
        ("01 81 ff", HuffmanPadding),
        ("00 81 1e 00", HuffmanPadding),
        ("01 84 ff ff ff ff", HuffmanEos),
        ("01 84 ff ff ff fc", HuffmanEos),
        ("01 85 1f ff ff ff ff", HuffmanEos),
        ("3f e2 1f", SizeUpdateTooLarge),
        ("3f e0 ff ff ff 0f", SizeUpdateTooLarge),
        ("20 82 20", SizeUpdateLate),
        ("82 3f e1 1f", SizeUpdateLate),
        ("20 20 20", SizeUpdatesTooMany),
        ("20 20 20 82", SizeUpdatesTooMany),
    ] {
        assert_eq!(error(block), Some(expected), "{block}");
    }
}

#[test]
fn what_is_just_right() {
    for block in ["", "20", "20 20", "20 3f e1 1f 82", "01 00", "00 00 00", "01 81 1f", "01 80"] {
        assert_eq!(error(block), None, "{block}");
    }
    assert_eq!(error("ff 80 80 80 80 00"), Some(HpackError::IndexTooLarge));
    assert_eq!(error("0f 80 80 80 80 00 00"), None);
}

#[test]
fn a_bomb_is_stopped() {
    let bounds = Bounds { list_bytes_max: 4096, lines_max: 1000 };
    let (mut decoder, mut lines) = (Decoder::new(4096), Lines::new());
    // One entry of 4032 bytes, and then an octet for each copy of it.
    let mut block = hex("4001 61 7f a01e");
    block.resize(block.len() + 3999, b'x');
    for copies in 0..4 {
        assert!(decoder.clone().decode(&block, &bounds, &mut lines).is_ok(), "{copies}");
        block.push(0xbe);
    }
    lines.clear();
    assert_eq!(decoder.decode(&block, &bounds, &mut lines), Err(HpackError::Bomb));
    assert_eq!(lines.len(), 1);
}

#[test]
fn errors_have_reasons() {
    let error: &dyn std::error::Error = &HpackError::IndexZero;
    assert_eq!(error.to_string(), "a field has the index 0");
}
