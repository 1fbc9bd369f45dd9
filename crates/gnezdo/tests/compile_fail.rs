//! What the compiler says about mistakes: in our words, where the mistake is, and nothing else.
//!
//! Each program in `compile_fail/` has expectations below the lines that are wrong:
//!
//! ```text
//! fn index() -> User {
//!     //~ `User` is no answer
//! ```
//!
//! There has to be an error about that line whose text, with its notes, contains each of them; and
//! there must not be errors about other lines. The rest of what the compiler says differs from one
//! version to the next, so it is not compared, as a crate like `trybuild` would. The programs are
//! checked against the library that was just built for this test, which builds nothing twice.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What was expected of a line, or said about it.
#[derive(Debug)]
struct Remark {
    line: u64,
    text: String,
}

#[test]
fn mistakes_are_explained_where_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let library = library();
    let mut programs: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    programs.sort();
    let faults: String = programs.iter().map(|program| faults(program, &library)).collect();
    assert!(faults.is_empty(), "{faults}");
    assert!(programs.len() > 10, "programs are missing: {programs:?}");
}

/// What is missing in what the compiler says about a program, and what is too much.
fn faults(program: &Path, library: &Path) -> String {
    let expected = expectations(&fs::read_to_string(program).unwrap());
    let errors = errors(program, library);
    let name = program.file_name().unwrap().display();
    let mut faults = String::new();
    if expected.is_empty() {
        faults += &format!("{name} expects nothing\n");
    }
    for Remark { line, text } in &expected {
        if !errors.iter().any(|error| error.line == *line && error.text.contains(text)) {
            faults += &format!("{name}:{line}: no error says {text:?}\n");
        }
    }
    for error in &errors {
        if !expected.iter().any(|remark| remark.line == error.line) {
            faults += &format!("{name}:{}: an error that nobody expects\n", error.line);
        }
    }
    if !faults.is_empty() {
        let said: String = errors.into_iter().map(|error| error.text).collect();
        faults += &format!("{name}: the compiler said\n{said}\n");
    }
    faults
}

/// The remarks of a program, each about the last line above it that is none.
fn expectations(program: &str) -> Vec<Remark> {
    let mut about = 0;
    let mut remarks = Vec::new();
    for (number, line) in (1..).zip(program.lines()) {
        match line.trim_start().strip_prefix("//~ ") {
            Some(text) => remarks.push(Remark { line: about, text: text.into() }),
            None => about = number,
        }
    }
    remarks
}

/// The errors that the compiler reports about a program.
fn errors(program: &Path, library: &Path) -> Vec<Remark> {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .args(["--edition=2024", "--emit=metadata", "--error-format=json"])
        .args(["--out-dir", env!("CARGO_TARGET_TMPDIR")])
        .arg("-L")
        .arg(library.parent().unwrap())
        .arg("--extern")
        .arg(format!("gnezdo={}", library.display()))
        .arg(program)
        .output()
        .expect("the compiler that built this test");
    let said = String::from_utf8(output.stderr).expect("text");
    said.lines().filter_map(error).collect()
}

/// An error among what the compiler says; that there were some is none.
fn error(message: &str) -> Option<Remark> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["level"] != "error" {
        return None;
    }
    let spans = message["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true)?;
    let line = place(primary)["line_start"].as_u64()?;
    Some(Remark { line, text: message["rendered"].as_str()?.into() })
}

/// The place in the program itself: where the macro was called, for what a macro has written.
fn place(span: &Value) -> &Value {
    match span.pointer("/expansion/span") {
        Some(call) => place(call),
        None => span,
    }
}

/// The library as it was built last, which is the one that this test is linked with or the same
/// with other features.
fn library() -> PathBuf {
    let test = env::current_exe().expect("our own path");
    let folder = test.parent().expect("the folder of dependencies");
    let is_library = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("libgnezdo-") && name.ends_with(".rlib")
    };
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let built = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).unwrap();
    files.filter(is_library).max_by_key(built).expect("the library beside the test")
}
