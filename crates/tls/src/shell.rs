//! Paths inside commands that people copy from our messages.

use std::path::Path;

/// The path as one word of a POSIX shell, quoted only if it must be.
pub(crate) fn word(path: &Path) -> String {
    let path = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        return path.into_owned();
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_if_it_must_be() {
        for (path, expected) in [
            ("/etc/ssl/a-b_1.pem", "/etc/ssl/a-b_1.pem"),
            ("/home/анна/a.pem", "/home/анна/a.pem"),
            ("/Application Support/a", "'/Application Support/a'"),
            ("it's $HOME", r"'it'\''s $HOME'"),
        ] {
            assert_eq!(word(Path::new(path)), expected);
        }
    }
}
