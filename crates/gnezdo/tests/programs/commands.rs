//! What an app adds to its command line, and what keeps it from running: the example `commands`.

use std::fs;

use tempfile::TempDir;

use super::*;

/// The example, with a folder of users.
struct Site {
    users: TempDir,
}

impl Site {
    fn new() -> Self {
        Self { users: tempfile::tempdir().unwrap() }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = example("commands");
        command.args(words).env("USERS", self.users.path());
        command
    }

    /// What it leaves: its exit code, and what it printed on both streams.
    fn ended(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let output = self.command(words).output().expect("cargo builds the examples for tests");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }
}

fn done(stdout: &str) -> (Option<i32>, String, String) {
    (Some(0), stdout.into(), String::new())
}

#[test]
fn a_command_is_given_the_words_after_it() {
    let site = Site::new();
    assert_eq!(site.ended(&["create-user", "anna"]), done("made anna\n"));
    assert_eq!(site.ended(&["create-user", "--listen"]), done("made --listen\n"));
    assert_eq!(site.ended(&["create-user", "--"]), done("made --\n"));
    assert_eq!(site.ended(&["users"]), done("--\n--listen\nanna\n"));
}

#[test]
fn what_goes_wrong_in_a_command_is_one_line() {
    let site = Site::new();
    site.ended(&["create-user", "anna"]);
    for (words, expected) in [
        (&["create-user"][..], "commands: write the name of one user, as in create-user anna\n"),
        (&["create-user", "anna", "--help"], "commands: write the name of one user, as in "),
        (&["create-user", "anna"], "commands: File exists (os error 17)\n"),
    ] {
        let (code, stdout, stderr) = site.ended(words);
        assert_eq!((code, &*stdout), (Some(1), ""), "{words:?}: {stderr}");
        assert!(stderr.starts_with(expected), "{words:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    let (code, _, stderr) = site.ended(&["create-uesr", "anna"]);
    let expected = "commands: there is no command \"create-uesr\"; did you mean create-user?\n";
    assert_eq!((code, &*stderr), (Some(2), expected));
}

#[test]
fn help_lists_the_commands_and_explains_each() {
    let site = Site::new();
    let (code, help, _) = site.ended(&["--help"]);
    let commands = "
Commands:
  run          Serve the app
  create-user  Make a user
  users        List all users
  help         Print this message or the help of the given subcommand(s)
";
    assert!(code == Some(0) && help.contains(commands), "{help}");
    let expected = "\
Make a user

Usage: commands create-user NAME

Options:
  -h, --help  Print help
";
    for words in [["create-user", "--help"], ["create-user", "-h"], ["help", "create-user"]] {
        assert_eq!(site.ended(&words), done(expected));
    }
}

#[test]
fn output_that_is_not_read_to_the_end_is_no_failure() {
    let site = Site::new();
    for count in 0..100 {
        fs::write(site.users.path().join(format!("user-{count}")), "").unwrap();
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = site.command(&["users"]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let site = Site::new();
    site.ended(&["create-user", "anna"]);
    let Ok(full) = fs::File::options().write(true).open("/dev/full") else { return };
    let output = site.command(&["users"]).stdout(full).output().unwrap();
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("No space left on device"));
}

#[test]
fn an_app_that_fails_its_check_does_not_run() {
    let site = Site::new();
    let nowhere = site.users.path().join("nowhere");
    let expected = format!(
        "commands: the folder of users, {}, does not exist:\n  make it, or name another in USERS\n",
        nowhere.display()
    );
    for options in [&[][..], &["--processes", "2"], &["--architecture", "threads"]] {
        let words = [&["run", "--listen", "127.0.0.1:0"], options].concat();
        let output = site.command(&words).env("USERS", &nowhere).output().unwrap();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!((output.status.code(), &*stdout, stderr), (Some(1), "", expected.clone()));
    }
}

#[test]
fn an_app_that_passes_it_serves() {
    let site = Site::new();
    for options in [&[][..], &["--processes", "2"]] {
        let program = Running::start(&mut site.command(&[]), options);
        assert!(program.get("/whoami").ends_with("\r\n\r\n127.0.0.1\n"));
        assert_eq!(program.stop().0, Some(0));
    }
}
