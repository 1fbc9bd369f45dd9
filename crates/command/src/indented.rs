//! Text that quotes names of any kind, and whose own line ends are meant.

use gnezdo_core::one_line;

/// Escapes controls of a text whose line ends are meant: its lines, all but the first indented.
pub(crate) fn indented(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(one_line).collect();
    lines.join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_meant_stay() {
        assert_eq!(indented("a\n  b\x1b[1m\r\nc\n"), "a\n    b\\u{1b}[1m\n  c");
    }
}
