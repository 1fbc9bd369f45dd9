//! The examples of RFC 7541 appendix C: decoded as they stand there, and encoded where our
//! encoder takes the same choices. C.1 is tested beside the integers themselves.

use gnezdo_h2::hpack::{Decoder, Encoder, Indexing, Lines, encode_literal};

use crate::support::{WIDE, decode, fields, hex, table};

type Text = &'static [(&'static str, &'static str)];

/// A block, its fields, and the dynamic table behind it.
struct Example {
    block: &'static str,
    fields: Text,
    table: Text,
}

const REQUEST_1: Text =
    &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")];
const REQUEST_2: Text = &[
    (":method", "GET"),
    (":scheme", "http"),
    (":path", "/"),
    (":authority", "www.example.com"),
    ("cache-control", "no-cache"),
];
const REQUEST_3: Text = &[
    (":method", "GET"),
    (":scheme", "https"),
    (":path", "/index.html"),
    (":authority", "www.example.com"),
    ("custom-key", "custom-value"),
];
const REQUEST_TABLES: [Text; 3] = [
    &[(":authority", "www.example.com")],
    &[("cache-control", "no-cache"), (":authority", "www.example.com")],
    &[
        ("custom-key", "custom-value"),
        ("cache-control", "no-cache"),
        (":authority", "www.example.com"),
    ],
];

/// C.3: requests without Huffman coding.
const REQUESTS_RAW: [Example; 3] = [
    Example {
        block: "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        fields: REQUEST_1,
        table: REQUEST_TABLES[0],
    },
    Example {
        block: "8286 84be 5808 6e6f 2d63 6163 6865",
        fields: REQUEST_2,
        table: REQUEST_TABLES[1],
    },
    Example {
        block: "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
        fields: REQUEST_3,
        table: REQUEST_TABLES[2],
    },
];

/// C.4: the same with Huffman coding.
const REQUESTS_HUFFMAN: [Example; 3] = [
    Example {
        block: "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        fields: REQUEST_1,
        table: REQUEST_TABLES[0],
    },
    Example { block: "8286 84be 5886 a8eb 1064 9cbf", fields: REQUEST_2, table: REQUEST_TABLES[1] },
    Example {
        block: "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
        fields: REQUEST_3,
        table: REQUEST_TABLES[2],
    },
];

const DATE_21: &str = "Mon, 21 Oct 2013 20:13:21 GMT";
const DATE_22: &str = "Mon, 21 Oct 2013 20:13:22 GMT";
const COOKIE: &str = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
const LOCATION: &str = "https://www.example.com";

const RESPONSE_1: Text =
    &[(":status", "302"), ("cache-control", "private"), ("date", DATE_21), ("location", LOCATION)];
const RESPONSE_2: Text =
    &[(":status", "307"), ("cache-control", "private"), ("date", DATE_21), ("location", LOCATION)];
const RESPONSE_3: Text = &[
    (":status", "200"),
    ("cache-control", "private"),
    ("date", DATE_22),
    ("location", LOCATION),
    ("content-encoding", "gzip"),
    ("set-cookie", COOKIE),
];
const RESPONSE_TABLES: [Text; 3] = [
    &[("location", LOCATION), ("date", DATE_21), ("cache-control", "private"), (":status", "302")],
    &[(":status", "307"), ("location", LOCATION), ("date", DATE_21), ("cache-control", "private")],
    &[("set-cookie", COOKIE), ("content-encoding", "gzip"), ("date", DATE_22)],
];

/// C.5: responses without Huffman coding, in a table of 256 bytes.
const RESPONSES_RAW: [Example; 3] = [
    Example {
        block: "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
            2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65
            2e63 6f6d",
        fields: RESPONSE_1,
        table: RESPONSE_TABLES[0],
    },
    Example { block: "4803 3330 37c1 c0bf", fields: RESPONSE_2, table: RESPONSE_TABLES[1] },
    Example {
        block: "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
            54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541
            5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
        fields: RESPONSE_3,
        table: RESPONSE_TABLES[2],
    },
];

/// C.6: the same with Huffman coding.
const RESPONSES_HUFFMAN: [Example; 3] = [
    Example {
        block: "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
            2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        fields: RESPONSE_1,
        table: RESPONSE_TABLES[0],
    },
    Example { block: "4883 640e ffc1 c0bf", fields: RESPONSE_2, table: RESPONSE_TABLES[1] },
    Example {
        block: "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
            77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587
            3160 65c0 03ed 4ee5 b106 3d50 07",
        fields: RESPONSE_3,
        table: RESPONSE_TABLES[2],
    },
];

/// A size update to 256 bytes, which the examples of responses take as given.
const UPDATE_TO_256: [u8; 3] = [0x3f, 0xe1, 0x01];

fn check_decoding(mut decoder: Decoder, examples: &[Example]) {
    for example in examples {
        assert_eq!(decode(&mut decoder, &hex(example.block)), fields(example.fields));
        assert_eq!(table(&decoder), fields(example.table));
    }
}

fn decoder_of_256() -> Decoder {
    let mut decoder = Decoder::new(4096);
    assert!(decode(&mut decoder, &UPDATE_TO_256).is_empty());
    decoder
}

#[test]
fn representations_are_decoded() {
    for (block, field, in_table) in [
        (
            "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
            ("custom-key", "custom-header"),
            1,
        ),
        ("040c 2f73 616d 706c 652f 7061 7468", (":path", "/sample/path"), 0),
        ("1008 7061 7373 776f 7264 0673 6563 7265 74", ("password", "secret"), 0),
        ("82", (":method", "GET"), 0),
    ] {
        let mut decoder = Decoder::new(4096);
        assert_eq!(decode(&mut decoder, &hex(block)), fields(&[field]));
        assert_eq!(table(&decoder), fields(&[field][..in_table]));
    }
}

#[test]
fn never_indexed_is_told() {
    let mut lines = Lines::new();
    let block = hex("82 1008 7061 7373 776f 7264 0673 6563 7265 74 040c 2f73 616d 706c 652f 7061
        7468");
    Decoder::new(4096).decode(&block, &WIDE, &mut lines).unwrap();
    let is_sensitive: Vec<_> = lines.iter().map(|line| line.is_sensitive).collect();
    assert_eq!(is_sensitive, [false, true, false]);
}

#[test]
fn requests_are_decoded() {
    check_decoding(Decoder::new(4096), &REQUESTS_RAW);
    check_decoding(Decoder::new(4096), &REQUESTS_HUFFMAN);
}

#[test]
fn responses_are_decoded_with_eviction() {
    check_decoding(decoder_of_256(), &RESPONSES_RAW);
    check_decoding(decoder_of_256(), &RESPONSES_HUFFMAN);
}

fn encode(encoder: &mut Encoder, fields: Text) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        encoder.encode(name.as_bytes(), value.as_bytes(), Indexing::Incremental, &mut block);
    }
    block
}

#[test]
fn requests_are_encoded() {
    let mut encoder = Encoder::new();
    for example in REQUESTS_HUFFMAN {
        assert_eq!(encode(&mut encoder, example.fields), hex(example.block));
    }
}

#[test]
fn responses_are_encoded_with_eviction() {
    let (mut encoder, mut updates) = (Encoder::new(), Vec::new());
    encoder.set_table_bytes_max(256);
    encoder.begin(&mut updates);
    assert_eq!(updates, UPDATE_TO_256);
    let [first, _, third] = RESPONSES_HUFFMAN;
    assert_eq!(encode(&mut encoder, first.fields), hex(first.block));
    // The RFC takes Huffman coding for 307, which is not shorter: three octets as well.
    assert_eq!(encode(&mut encoder, RESPONSE_2), hex(RESPONSES_RAW[1].block));
    assert_eq!(encode(&mut encoder, third.fields), hex(third.block));
}

#[test]
fn literals_are_the_same_everywhere() {
    for (name, value, block) in [
        ("password", "secret", "0086 ac68 4783 d927 8441 4961 53"),
        (":path", "/0", "0402 2f30"),
        (":method", "GET", "82"),
        ("cookie", "", "a0"),
    ] {
        let mut out = Vec::new();
        encode_literal(name.as_bytes(), value.as_bytes(), &mut out);
        assert_eq!(out, hex(block), "{name}");
        assert_eq!(decode(&mut Decoder::new(0), &out), fields(&[(name, value)]));
    }
}

#[test]
fn a_status_is_an_index_or_becomes_one() {
    let (mut encoder, mut block) = (Encoder::new(), Vec::new());
    for status in [200, 204, 206, 304, 400, 404, 500, 302, 302, 100, 999, 302] {
        encoder.encode_status(status, &mut block);
    }
    let expected = "88 89 8a 8b 8c 8d 8e 4882 6402 be 4882 0801 4803 3939 39 c0";
    assert_eq!(block, hex(expected));
}

#[test]
fn never_indexed_stays_literal_even_if_a_table_has_it() {
    let (mut encoder, mut block) = (Encoder::new(), Vec::new());
    encoder.encode(b"x-key", b"1", Indexing::Incremental, &mut block);
    block.clear();
    encoder.encode(b"x-key", b"1", Indexing::Never, &mut block);
    encoder.encode(b":method", b"GET", Indexing::Never, &mut block);
    encoder.encode(b"x-key", b"1", Indexing::Without, &mut block);
    assert_eq!(block, hex("1f2f 0131 1203 4745 54 0f2f 0131"));
}
