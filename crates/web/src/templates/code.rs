//! What is code in the text of a template: what stands between `{{` and `}}` or `{%` and `%}`,
//! outside of comments, of raw blocks and of string literals.
//!
//! It is as much of the language as is needed to tell code from text. What is not closed goes on
//! to the end, and makes no trouble: the template itself is read by others.

use memchr::{memchr, memmem};

/// Finds out which octets of code stand in string literals.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Literals {
    open: Option<u8>,
    is_escaped: bool,
}

impl Literals {
    /// Whether the next octet is in no literal, and no quote of one.
    pub(super) fn is_outside(&mut self, octet: u8) -> bool {
        match self.open {
            Some(_) if self.is_escaped => self.is_escaped = false,
            Some(_) if octet == b'\\' => self.is_escaped = true,
            Some(quote) if octet == quote => self.open = None,
            Some(_) => {}
            None if matches!(octet, b'"' | b'\'') => self.open = Some(octet),
            None => return true,
        }
        false
    }
}

/// Where in the code of a template these words stand, as words of their own.
pub(super) fn calls<'t>(text: &'t str, words: &'t str) -> impl Iterator<Item = usize> + 't {
    let mut end = 0;
    let pieces = std::iter::from_fn(move || {
        let piece = next_piece(text, end)?;
        end = piece.1;
        Some(piece)
    });
    pieces.flat_map(move |(start, end)| calls_in(&text[..end], start, words))
}

/// A piece of code at or after an offset: where it starts, and where the text after it does.
fn next_piece(text: &str, mut at: usize) -> Option<(usize, usize)> {
    loop {
        at += memchr(b'{', &text.as_bytes()[at..])?;
        let start = at + 2;
        match text.as_bytes().get(at + 1) {
            Some(b'#') => at = after(text, start, "#}"),
            Some(b'{') => return Some((start, code_end(text, start, b"}}"))),
            Some(b'%') if first_word(&text[start..]) == "raw" => {
                at = raw_end(text, after(text, start, "%}"));
            }
            Some(b'%') => return Some((start, code_end(text, start, b"%}"))),
            _ => at += 1,
        }
    }
}

/// Behind the first `close` from an offset on, or at the end of the text.
fn after(text: &str, from: usize, close: &str) -> usize {
    let at = memmem::find(&text.as_bytes()[from..], close.as_bytes());
    at.map_or(text.len(), |at| from + at + close.len())
}

/// The first word of a block, behind the sign that says what becomes of white space.
fn first_word(code: &str) -> &str {
    let code = code.strip_prefix(['-', '+']).unwrap_or(code).trim_start();
    let end = code.bytes().position(|octet| !is_name_octet(octet));
    &code[..end.unwrap_or(code.len())]
}

/// Behind the block that ends a raw one.
fn raw_end(text: &str, mut at: usize) -> usize {
    while at < text.len() {
        at = after(text, at, "{%");
        if first_word(&text[at..]) == "endraw" {
            return after(text, at, "%}");
        }
    }
    at
}

/// Where code has come to its end: `close` outside of all literals.
fn code_end(text: &str, start: usize, close: &[u8]) -> usize {
    let mut literals = Literals::default();
    let code = &text.as_bytes()[start..];
    let is_end =
        |(at, &octet): (usize, &u8)| literals.is_outside(octet) && code[at..].starts_with(close);
    code.iter().enumerate().position(is_end).map_or(text.len(), |at| start + at + close.len())
}

/// Where the words stand in a piece of code that ends with the text.
fn calls_in<'t>(text: &'t str, start: usize, words: &'t str) -> impl Iterator<Item = usize> + 't {
    let mut literals = Literals::default();
    let (text, words) = (text.as_bytes(), words.as_bytes());
    (start..text.len()).filter(move |&at| {
        // `cdn_url_for(` and `cdn.url_for(` are other functions.
        let is_inside = is_name_octet(text[at - 1]) || text[at - 1] == b'.';
        literals.is_outside(text[at]) && text[at..].starts_with(words) && !is_inside
    })
}

/// Whether an octet may stand in a name; those of letters beyond ASCII do.
fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || octet == b'_' || !octet.is_ascii()
}
