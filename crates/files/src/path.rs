//! The path of a request as names beneath the root.
//!
//! Decoded once, split once, refused when in doubt: nothing that leaves [`SafePath::decode`]
//! can name a parent, hold a NUL, or turn into another path when somebody splits it again.
//! The kernel checks the same once more when the path is opened, so that a mistake here would
//! be harmless.
//!
//! A file has many spellings (`/a`, `//a`, `/%61`), but one [canonical](SafePath::canonical)
//! one: the cache and redirects know only that.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;

/// The longest name of a file, in bytes: `NAME_MAX` of every system we run on.
const NAME_BYTES_MAX: usize = 255;

/// The longest path, in bytes: `PATH_MAX` of Linux less its final NUL.
const PATH_BYTES_MAX: usize = 4095;

/// A path beneath a root: names without `.`, `..`, `/` and NUL.
///
/// ```
/// use gnezdo_files::{Refusal, SafePath};
///
/// let path = SafePath::decode(b"/docs/caf%C3%A9.html").unwrap();
/// assert_eq!(path.as_bytes(), "docs/café.html".as_bytes());
/// assert_eq!(SafePath::decode(b"/docs/%2e%2e/secret"), Err(Refusal::DotSegment));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafePath {
    /// The names, separated by one slash each; empty for the root itself.
    relative: Vec<u8>,
    /// Whether a slash follows the last name.
    is_folder: bool,
}

/// Why a path of a request names nothing that could be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The path does not start with a slash.
    NotAbsolute,
    /// A percent sign without two hexadecimal digits after it.
    PercentMalformed,
    /// A NUL, which ends a name for the kernel.
    Nul,
    /// A percent-encoded slash: it would split a name that the sender meant as one.
    SlashEncoded,
    /// A segment that is `.` or `..`, encoded or not. RFC 3986 §5.2.4 has clients remove them.
    DotSegment,
    /// A name of more than 255 bytes.
    NameTooLong,
    /// A path of more than 4,095 bytes.
    PathTooLong,
}

impl SafePath {
    /// Reads the path of a request target, percent-encoded as it came.
    ///
    /// Empty segments are left out, as nginx does: `//a///b` is `a/b`.
    ///
    /// # Errors
    /// Every path that has no harmless meaning, by its [`Refusal`].
    pub fn decode(path: &[u8]) -> Result<Self, Refusal> {
        let Some(path) = path.strip_prefix(b"/") else {
            return Err(Refusal::NotAbsolute);
        };
        let mut relative = Vec::with_capacity(path.len());
        for segment in path.split(|&octet| octet == b'/') {
            push_name(&mut relative, &decode_segment(segment)?)?;
        }
        if relative.len() > PATH_BYTES_MAX {
            return Err(Refusal::PathTooLong);
        }
        let is_folder = path.is_empty() || path.ends_with(b"/");
        Ok(Self { relative, is_folder })
    }

    /// Reads a path as people write it in options: not encoded, a leading slash allowed.
    pub(crate) fn from_option(path: &str) -> Result<Self, Refusal> {
        let mut relative = Vec::with_capacity(path.len());
        for name in path.split('/').filter(|name| *name != ".") {
            push_name(&mut relative, name.as_bytes())?;
        }
        Ok(Self { relative, is_folder: false })
    }

    /// The path of a file right beneath the root, as the system names it.
    pub(crate) fn from_file_name(name: &OsStr) -> Self {
        Self { relative: name.as_bytes().to_vec(), is_folder: false }
    }

    /// The names joined by `/`: without a slash at either end, and empty for the root.
    pub fn as_bytes(&self) -> &[u8] {
        &self.relative
    }

    /// Whether the path ends with a slash and so can only name a folder.
    pub fn is_folder(&self) -> bool {
        self.is_folder
    }

    /// The names from the root down.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.relative.split(|&octet| octet == b'/').filter(|name| !name.is_empty())
    }

    /// Whether some name starts with a dot. `.well-known` at the first place is not hidden:
    /// RFC 8615 puts public things there.
    pub fn is_hidden(&self) -> bool {
        let mut names = self.names().enumerate();
        names.any(|(place, name)| name.starts_with(b".") && !(place == 0 && name == b".well-known"))
    }

    /// The file `other` within this folder.
    pub(crate) fn join(&self, other: &SafePath) -> Self {
        let mut relative = self.relative.clone();
        if !relative.is_empty() && !other.relative.is_empty() {
            relative.push(b'/');
        }
        relative.extend_from_slice(&other.relative);
        Self { relative, is_folder: other.is_folder }
    }

    /// What a name, as the system gave it, is called within this folder.
    pub(crate) fn child(&self, name: &[u8]) -> Self {
        self.join(&Self { relative: name.to_vec(), is_folder: false })
    }

    /// The neighbour with `suffix` after its name.
    pub(crate) fn with_suffix(&self, suffix: &str) -> Self {
        let mut relative = self.relative.clone();
        relative.extend_from_slice(suffix.as_bytes());
        Self { relative, is_folder: false }
    }

    /// The one spelling for a request target: it starts with exactly one slash.
    pub(crate) fn canonical(&self) -> String {
        let mut canonical = String::with_capacity(self.relative.len() + 2);
        canonical.push('/');
        percent_encode(&self.relative, &mut canonical);
        if self.is_folder && !self.relative.is_empty() {
            canonical.push('/');
        }
        canonical
    }
}

/// Appends `octets` as they stand in a path, slashes included (RFC 3986 §3.3).
///
/// The backslash is encoded too: browsers take `/\host` for `//host`.
pub(crate) fn percent_encode(octets: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &octet in octets {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(octet));
            }
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':'
            | b'@' => out.push(char::from(octet)),
            _ => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(octet >> 4)]));
                out.push(char::from(DIGITS[usize::from(octet & 15)]));
            }
        }
    }
}

fn push_name(relative: &mut Vec<u8>, name: &[u8]) -> Result<(), Refusal> {
    match name {
        b"" => return Ok(()),
        b"." | b".." => return Err(Refusal::DotSegment),
        _ if name.len() > NAME_BYTES_MAX => return Err(Refusal::NameTooLong),
        _ if name.contains(&0) => return Err(Refusal::Nul),
        _ if name.contains(&b'/') => return Err(Refusal::SlashEncoded),
        _ => {}
    }
    if !relative.is_empty() {
        relative.push(b'/');
    }
    relative.extend_from_slice(name);
    Ok(())
}

fn decode_segment(segment: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut name = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((&octet, after)) = rest.split_first() {
        if octet != b'%' {
            name.push(octet);
            rest = after;
            continue;
        }
        let (Some(&high), Some(&low)) = (after.first(), after.get(1)) else {
            return Err(Refusal::PercentMalformed);
        };
        name.push(hex_digit(high)? << 4 | hex_digit(low)?);
        rest = &after[2..];
    }
    Ok(name)
}

fn hex_digit(octet: u8) -> Result<u8, Refusal> {
    match octet {
        b'0'..=b'9' => Ok(octet - b'0'),
        b'a'..=b'f' => Ok(octet - b'a' + 10),
        b'A'..=b'F' => Ok(octet - b'A' + 10),
        _ => Err(Refusal::PercentMalformed),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "the path does not start with a slash",
            Self::PercentMalformed => "a percent sign lacks its two hexadecimal digits",
            Self::Nul => "a name holds a NUL",
            Self::SlashEncoded => "a name holds an encoded slash",
            Self::DotSegment => "the path holds a segment that is . or ..",
            Self::NameTooLong => "a name is longer than 255 bytes",
            Self::PathTooLong => "the path is longer than 4095 bytes",
        })
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn decodes(path: &str, expected: &[u8]) {
        assert_eq!(SafePath::decode(path.as_bytes()).unwrap().as_bytes(), expected, "{path}");
    }

    #[test]
    fn decodes_once_and_merges_slashes() {
        decodes("/", b"");
        decodes("///", b"");
        decodes("/a/b.txt", b"a/b.txt");
        decodes("//a///b", b"a/b");
        decodes("/a%20b", b"a b");
        decodes("/%C3%A9", "é".as_bytes());
        decodes("/%ff", b"\xff");
        decodes("/%2541", b"%41");
        decodes("/%252e%252e", b"%2e%2e");
        decodes("/a%0Ab", b"a\nb");
        decodes("/%5c..%5c", b"\\..\\");
        decodes("/...", b"...");
        decodes("/+", b"+");
    }

    #[test]
    fn refuses_what_has_no_harmless_meaning() {
        let name = "a".repeat(256);
        let deep = "/abc".repeat(1024);
        let cases = [
            ("", Refusal::NotAbsolute),
            ("*", Refusal::NotAbsolute),
            ("a/b", Refusal::NotAbsolute),
            ("/..", Refusal::DotSegment),
            ("/a/../b", Refusal::DotSegment),
            ("/.", Refusal::DotSegment),
            ("/a/./b", Refusal::DotSegment),
            ("/%2e%2E/b", Refusal::DotSegment),
            ("/.%2e/b", Refusal::DotSegment),
            ("/%2e", Refusal::DotSegment),
            ("/a%2fb", Refusal::SlashEncoded),
            ("/..%2f..%2fetc", Refusal::SlashEncoded),
            ("/a%00b", Refusal::Nul),
            ("/%", Refusal::PercentMalformed),
            ("/%4", Refusal::PercentMalformed),
            ("/%g1", Refusal::PercentMalformed),
            ("/%+1", Refusal::PercentMalformed),
            ("/%u002e", Refusal::PercentMalformed),
            (&format!("/{name}"), Refusal::NameTooLong),
            (&format!("{deep}/a"), Refusal::PathTooLong),
        ];
        for (path, expected) in cases {
            assert_eq!(SafePath::decode(path.as_bytes()), Err(expected), "{path}");
        }
    }

    #[test]
    fn the_longest_name_and_path_pass() {
        let name = "a".repeat(255);
        decodes(&format!("/{name}"), name.as_bytes());
        let deep = "/abc".repeat(1024);
        assert_eq!(SafePath::decode(deep.as_bytes()).unwrap().as_bytes().len(), 4095);
    }

    #[test]
    fn every_spelling_has_one_canonical_form() {
        let cases = [
            ("/", "/"),
            ("//", "/"),
            ("//host/", "/host/"),
            ("/%61", "/a"),
            ("/a%20b", "/a%20b"),
            ("/%e9", "/%E9"),
            ("/it's", "/it's"),
            ("/%5chost", "/%5Chost"),
            ("/a?b", "/a%3Fb"),
            ("/%3a//b", "/:/b"),
        ];
        for (path, expected) in cases {
            let path = SafePath::decode(path.as_bytes()).unwrap();
            assert_eq!(path.canonical(), expected);
            assert_eq!(SafePath::decode(expected.as_bytes()).unwrap(), path);
        }
    }

    #[test]
    fn names_with_a_dot_are_hidden() {
        let is_hidden = |path: &str| SafePath::decode(path.as_bytes()).unwrap().is_hidden();
        assert!(is_hidden("/.git/config"));
        assert!(is_hidden("/a/.htaccess"));
        assert!(is_hidden("/%2egit"));
        assert!(is_hidden("/a/.well-known/x"));
        assert!(is_hidden("/.well-known/.secret"));
        assert!(!is_hidden("/.well-known/acme-challenge/x"));
        assert!(!is_hidden("/a.b/c."));
    }

    /// Any octets give a safe path or a refusal.
    #[test]
    fn no_octets_give_an_unsafe_path() {
        const ALPHABET: &[u8] = b"/.%20aefF\\\0\xff";
        let mut state = 1_u64;
        for _ in 0..200_000 {
            let mut path = vec![b'/'];
            for _ in 0..state % 12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                path.push(ALPHABET[(state >> 33) as usize % ALPHABET.len()]);
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let Ok(path) = SafePath::decode(&path) else { continue };
            assert!(!path.as_bytes().contains(&0));
            let names: Vec<_> = path.as_bytes().split(|&o| o == b'/').collect();
            assert!(names == [b""] || !names.contains(&b"".as_slice()));
            assert!(!names.contains(&b"..".as_slice()) && !names.contains(&b".".as_slice()));
        }
    }
}
