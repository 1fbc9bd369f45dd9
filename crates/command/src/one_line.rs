//! Text that quotes names of any kind, on one line.

/// Escapes line ends and other controls, so that no name of a file can feign a line of ours or
/// command a terminal.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

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

    #[test]
    fn controls_are_escaped_and_letters_are_not() {
        assert_eq!(one_line("гнездо/a b"), "гнездо/a b");
        assert_eq!(
            one_line("a\nlistening on\t\x1b[1m\u{85}"),
            "a\\nlistening on\\t\\u{1b}[1m\\u{85}"
        );
    }
}
