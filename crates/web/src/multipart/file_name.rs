//! Names of files as they can be used: what a client says may lead anywhere (RFC 7578 §4.2).

/// How many bytes a name has at most: as many as the usual file systems allow.
const NAME_BYTES_MAX: usize = 255;

/// The last part of a path, of either kind of slash, without characters that are not seen and
/// without dots and spaces around it, which some systems read as something else; `None` if nothing
/// is left.
pub(super) fn base_name(sent: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    let seen: String = last.chars().filter(|c| !is_unseen(*c)).collect();
    let name = seen.trim_matches([' ', '.']);
    let cut = name.floor_char_boundary(NAME_BYTES_MAX);
    Some(name[..cut].to_owned()).filter(|name| !name.is_empty())
}

/// Control characters, and those that turn the direction of text: `exe.gpj` for `jpg.exe`.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_path_is_left() {
        for (sent, expected) in [
            ("photo.png", Some("photo.png")),
            ("гнездо 1.png", Some("гнездо 1.png")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Users\\me\\a.txt", Some("a.txt")),
            ("C:a.txt", Some("a.txt")),
            ("a/b\\c", Some("c")),
            ("a\0b\r\n.txt", Some("ab.txt")),
            ("\u{202e}gpj.exe", Some("gpj.exe")),
            (".htaccess", Some("htaccess")),
            ("name. ", Some("name")),
            ("..", None),
            (".", None),
            ("a/", None),
            ("", None),
        ] {
            assert_eq!(base_name(sent).as_deref(), expected, "{sent:?}");
        }
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(base_name(&"a".repeat(255)).unwrap().len(), 255);
        assert_eq!(base_name(&"a".repeat(256)).unwrap().len(), 255);
        assert_eq!(base_name(&"г".repeat(128)).unwrap().len(), 254);
    }
}
