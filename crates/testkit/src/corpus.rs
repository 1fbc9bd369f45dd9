//! Cases as text files: what comes from the peer, a ruler, and the events.
//!
//! ```text
//! # Why this case is here.
//! @limit head_bytes_max 64
//! GET / HTTP/1.1\r\n
//! Host: x\r\n
//! \r\n
//! ----
//! request GET / HTTP/1.1
//! ```
//!
//! Above the ruler a line that starts with `#` is a comment and one that starts with `@` a
//! directive; every other line is octets, and its own line end means nothing. Escapes are
//! `\r \n \t \0 \\`, `\xNN`, and `\{COUNT*TEXT}` for TEXT so many times. `@wait 10s` and
//! `@eof` stand between octets, where they happen; other directives are the business of the
//! test that reads the files.

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diff;

/// Set to `1`, this variable has [`verify`] write the found events into the files, for
/// people to review.
const BLESS_VARIABLE: &str = "GNEZDO_BLESS";

/// What happens to a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Octets come.
    Octets(Vec<u8>),
    /// Time passes.
    Wait(Duration),
    /// The peer will send nothing more.
    End,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Where it is.
    pub path: PathBuf,
    /// Directives other than `@wait` and `@eof`, as words.
    pub directives: Vec<Vec<String>>,
    /// What happens.
    pub steps: Vec<Step>,
    /// The lines below the ruler.
    pub expected: Vec<String>,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaseError {
    /// It has no line of four dashes.
    RulerMissing,
    /// A backslash is followed by something else than an escape, on this line.
    Escape(String),
    /// A directive that lacks its value, on this line.
    Directive(String),
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RulerMissing => f.write_str("the ruler is missing: a line of four dashes"),
            Self::Escape(line) => write!(f, "this line has an unknown escape: {line}"),
            Self::Directive(line) => write!(f, "this directive lacks its value: {line}"),
        }
    }
}

impl Error for CaseError {}

impl Case {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// See [`CaseError`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, CaseError> {
        let (input, expected) = text.split_once("\n----\n").ok_or(CaseError::RulerMissing)?;
        let mut case = Self {
            path: path.into(),
            directives: Vec::new(),
            steps: Vec::new(),
            expected: expected.lines().map(Into::into).collect(),
        };
        for line in input.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('@') {
                Some(directive) => case.take_directive(directive)?,
                None => case.take_octets(&unescape(line)?),
            }
        }
        Ok(case)
    }

    /// The name of the file, without its suffix.
    pub fn name(&self) -> &str {
        self.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// All octets, without the pauses between them.
    pub fn octets(&self) -> Vec<u8> {
        let octets = self.steps.iter().filter_map(|step| match step {
            Step::Octets(octets) => Some(octets.as_slice()),
            Step::Wait(_) | Step::End => None,
        });
        octets.collect::<Vec<_>>().concat()
    }

    fn take_directive(&mut self, line: &str) -> Result<(), CaseError> {
        let words: Vec<_> = line.split_whitespace().map(String::from).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["eof"] => self.steps.push(Step::End),
            ["wait", seconds] => {
                let seconds = seconds.strip_suffix('s').and_then(|s| s.parse().ok());
                let seconds = seconds.ok_or_else(|| CaseError::Directive(line.into()))?;
                self.steps.push(Step::Wait(Duration::from_secs(seconds)));
            }
            [_, _, ..] => self.directives.push(words),
            _ => return Err(CaseError::Directive(line.into())),
        }
        Ok(())
    }

    fn take_octets(&mut self, octets: &[u8]) {
        match self.steps.last_mut() {
            Some(Step::Octets(before)) => before.extend_from_slice(octets),
            _ => self.steps.push(Step::Octets(octets.to_vec())),
        }
    }
}

/// Reads all `.http` files of a folder, in the order of their names.
///
/// # Panics
/// If the folder cannot be read or a file is malformed.
pub fn load(folder: &Path) -> Vec<Case> {
    let listing = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = listing.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|suffix| suffix == "http"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Case::parse(path, &text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    paths.iter().map(read).collect()
}

/// Compares what `run` finds with what each case expects.
///
/// # Panics
/// With the difference, of all cases that differ.
pub fn verify(cases: &[Case], run: impl Fn(&Case) -> Result<Vec<String>, String>) {
    let mut failures = Vec::new();
    for case in cases {
        match run(case) {
            Ok(found) if found == case.expected => {}
            Ok(found) if std::env::var(BLESS_VARIABLE).is_ok_and(|v| v == "1") => {
                bless(case, &found);
            }
            Ok(found) => failures.push((case, diff::lines(&case.expected, &found))),
            Err(text) => failures.push((case, text)),
        }
    }
    let text: Vec<_> =
        failures.iter().map(|(case, text)| format!("{}\n{text}", case.path.display())).collect();
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), text.join("\n"));
}

fn bless(case: &Case, found: &[String]) {
    let text = fs::read_to_string(&case.path).expect("a file that was read before");
    let (input, _) = text.split_once("\n----\n").expect("a file that was read before");
    let text = format!("{input}\n----\n{}\n", found.join("\n"));
    fs::write(&case.path, text).expect("a folder that can be written");
}

/// Takes the escapes out of a line.
///
/// # Errors
/// [`CaseError::Escape`].
///
/// ```
/// assert_eq!(gnezdo_testkit::corpus::unescape(r"a\x41\{3*b}\r\n").unwrap(), b"aAbbb\r\n");
/// ```
pub fn unescape(line: &str) -> Result<Vec<u8>, CaseError> {
    let (mut octets, mut rest) = (Vec::new(), line);
    while let Some((plain, escape)) = rest.split_once('\\') {
        octets.extend_from_slice(plain.as_bytes());
        rest = take_escape(escape, &mut octets).ok_or_else(|| CaseError::Escape(line.into()))?;
    }
    octets.extend_from_slice(rest.as_bytes());
    Ok(octets)
}

fn take_escape<'l>(escape: &'l str, octets: &mut Vec<u8>) -> Option<&'l str> {
    let (letter, rest) = escape.split_at_checked(1)?;
    let octet = match letter {
        "r" => b'\r',
        "n" => b'\n',
        "t" => b'\t',
        "0" => 0,
        "\\" => b'\\',
        "x" => {
            let (digits, rest) = rest.split_at_checked(2)?;
            octets.push(u8::from_str_radix(digits, 16).ok()?);
            return Some(rest);
        }
        "{" => return take_repeat(rest, octets),
        _ => return None,
    };
    octets.push(octet);
    Some(rest)
}

fn take_repeat<'l>(rest: &'l str, octets: &mut Vec<u8>) -> Option<&'l str> {
    let (count, rest) = rest.split_once('*')?;
    let (text, rest) = rest.split_once('}')?;
    octets.extend(unescape(text).ok()?.repeat(count.parse().ok()?));
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_case() {
        let text = "# why\n@limit a 1\nGET\\r\\n\nHost\n@wait 2s\n\\x21\n@eof\n----\none\ntwo\n";
        let case = Case::parse(Path::new("x/name.http"), text).unwrap();
        assert_eq!(case.name(), "name");
        assert_eq!(case.directives, [["limit", "a", "1"]]);
        let wait = Step::Wait(Duration::from_secs(2));
        let (first, second) = (Step::Octets(b"GET\r\nHost".to_vec()), Step::Octets(b"!".to_vec()));
        assert_eq!(case.steps, [first, wait, second, Step::End]);
        assert_eq!(case.expected, ["one", "two"]);
        assert_eq!(case.octets(), b"GET\r\nHost!");
    }

    #[test]
    fn tells_what_is_wrong() {
        let parse = |text| Case::parse(Path::new(""), text).unwrap_err();
        assert_eq!(parse("GET"), CaseError::RulerMissing);
        assert_eq!(parse("a\\q\n----\n"), CaseError::Escape("a\\q".into()));
        assert_eq!(parse("@wait soon\n----\n"), CaseError::Directive("wait soon".into()));
    }
}
