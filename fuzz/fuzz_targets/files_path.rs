//! Any octets are refused or a path that stays beneath its root: no empty name, no dot segment,
//! no NUL, no slash inside a name; and its names, encoded and decoded again, are the same path.
#![no_main]

use std::fmt::Write;

use gnezdo_files::SafePath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Ok(path) = SafePath::decode(octets) else { return };
    for name in path.names() {
        assert!(!matches!(name, b"" | b"." | b"..") && name.len() <= 255);
        assert!(!name.contains(&0) && !name.contains(&b'/'));
    }
    assert_eq!(path.names().collect::<Vec<_>>().join(&b'/'), path.as_bytes());
    assert!(!path.as_bytes().starts_with(b"/") && path.as_bytes().len() <= octets.len());
    assert_eq!(SafePath::decode(encoded(&path).as_bytes()), Ok(path));
});

fn encoded(path: &SafePath) -> String {
    let mut text = String::new();
    for name in path.names() {
        text.push('/');
        name.iter().for_each(|octet| write!(text, "%{octet:02X}").unwrap());
    }
    if path.is_folder() {
        text.push('/');
    }
    text
}
