//! Any octets are blocks or an error, within the bounds; what was decoded, encoded and decoded
//! again is the same.
#![no_main]

use gnezdo_h2::hpack::{Bounds, Decoded, Decoder, Encoder, Indexing, Lines, usual_indexing};
use libfuzzer_sys::fuzz_target;

const BOUNDS: Bounds = Bounds { list_bytes_max: 8 * 1024, lines_max: 64 };

fuzz_target!(|octets: &[u8]| {
    let mut decoder = Decoder::new(4096);
    let (mut encoder, mut again) = (Encoder::new(), Decoder::new(4096));
    // The octet 0xff is an index that no table has: as good an end of a block as any.
    for block in octets.split(|&octet| octet == 0xff) {
        let mut lines = Lines::new();
        let Ok(decoded) = decoder.decode(block, &BOUNDS, &mut lines) else { return };
        let bytes: usize = lines.iter().map(|line| line.name.len() + line.value.len() + 32).sum();
        assert!(bytes <= BOUNDS.list_bytes_max && lines.len() <= BOUNDS.lines_max);
        assert!(decoder.table_bytes() <= 3 * 4096);
        if decoded != Decoded::Complete {
            continue;
        }
        let mut out = Vec::new();
        encoder.begin(&mut out);
        for line in lines.iter() {
            let indexing = match line.is_sensitive {
                true => Indexing::Never,
                false => usual_indexing(line.name, line.value),
            };
            encoder.encode(line.name, line.value, indexing, &mut out);
        }
        let mut found = Lines::new();
        assert_eq!(again.decode(&out, &BOUNDS, &mut found), Ok(Decoded::Complete));
        // Short cookies and the like become sensitive on the way.
        let is_same = lines.iter().zip(found.iter()).all(|(sent, came)| {
            (sent.name, sent.value) == (came.name, came.value)
                && came.is_sensitive >= sent.is_sensitive
        });
        assert!(lines.len() == found.len() && is_same, "{lines:?} {found:?}");
    }
});
