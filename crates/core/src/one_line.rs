//! Text that quotes what others have written, on one line.

/// Escapes line ends and other controls, so that nothing that is quoted can feign a line of ours
/// or command a terminal.
///
/// ```
/// assert_eq!(gnezdo_core::one_line("гнездо/a\nb"), "гнездо/a\\nb");
/// ```
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_escaped_and_letters_are_not() {
        assert_eq!(one_line("гнездо/a b"), "гнездо/a b");
        assert_eq!(
            one_line("a\nlistening on\t\x1b[1m\u{85}"),
            "a\\nlistening on\\t\\u{1b}[1m\\u{85}"
        );
    }
}
