//! `gnezdo cert dev`: an authority and a certificate, made once and found again.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use common::{Ended, Gnezdo, command, command_with_data, run_command};

fn dev(data: &Path, options: &[&str]) -> Ended {
    let ended = run_command(command_with_data(data).args(["cert", "dev"]).args(options));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{options:?}");
    ended
}

/// The file that a line of the output names.
fn file(ended: &Ended, label: &str) -> PathBuf {
    text(ended, label).into()
}

fn text<'e>(ended: &'e Ended, label: &str) -> &'e str {
    let mut lines = ended.stdout.lines();
    let text = lines.find_map(|line| line.strip_prefix(&format!("{label:12} ")));
    text.unwrap_or_else(|| panic!("{label}: {}", ended.stdout))
}

/// The files of a folder with what is in them.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn twice_is_once() {
    let data = tempfile::tempdir().unwrap();
    let first = dev(data.path(), &[]);
    let files = contents(&data.path().join("gnezdo"));
    let second = dev(data.path(), &[]);
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(contents(&data.path().join("gnezdo")), files);
    let site = tempfile::tempdir().unwrap();
    let mut serve = command_with_data(data.path());
    serve.arg("serve").arg(site.path()).args(["--listen=127.0.0.1:0", "--tls=self-signed"]);
    assert!(Gnezdo::start(&mut serve).stop().success());
    assert_eq!(contents(&data.path().join("gnezdo")), files);
}

#[test]
fn it_tells_the_files_the_names_and_how_they_are_used() {
    let data = tempfile::tempdir().unwrap();
    let ended = dev(data.path(), &[]);
    let folder = data.path().join("gnezdo");
    assert!(ended.stdout.starts_with("Gnezdo development CA"), "{}", ended.stdout);
    assert_eq!(file(&ended, "authority"), folder.join("gnezdo-dev-ca.pem"));
    assert_eq!(file(&ended, "certificate"), folder.join("localhost.pem"));
    assert_eq!(file(&ended, "key"), folder.join("localhost.key"));
    assert!(text(&ended, "names").starts_with("localhost, 127.0.0.1, ::1"), "{}", ended.stdout);
    assert_eq!(text(&ended, "serve"), "gnezdo serve --tls self-signed");
    let copy = format!("\n  sudo cp {} /usr/", folder.join("gnezdo-dev-ca.pem").display());
    assert!(ended.stdout.contains("\nDebian, Ubuntu:\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains(&copy), "{}", ended.stdout);
    let mode = fs::metadata(folder.join("localhost.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn names_are_added_and_come_first() {
    let data = tempfile::tempdir().unwrap();
    let ended = dev(data.path(), &["nest.test", "*.nest.test", "::1"]);
    assert_eq!(file(&ended, "certificate"), data.path().join("gnezdo/nest.test.pem"));
    let names = text(&ended, "names");
    assert!(names.starts_with("nest.test, *.nest.test, ::1, localhost, 127.0.0.1"), "{names}");
    assert_eq!(names.matches("::1").count(), 1, "{names}");
    let serve = "gnezdo serve --tls 'self-signed:nest.test,*.nest.test,::1'";
    assert_eq!(text(&ended, "serve"), serve);
}

#[test]
fn another_folder_has_an_authority_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let mut command = command_with_data(data.path());
    command.current_dir(data.path()).args(["cert", "dev", "--dir", "ca"]);
    let ended = run_command(&mut command);
    let folder = fs::canonicalize(data.path()).unwrap().join("ca");
    assert_eq!(file(&ended, "authority"), folder.join("gnezdo-dev-ca.pem"));
    assert_eq!(file(&ended, "certificate"), folder.join("localhost.pem"));
    assert!(!ended.stdout.contains("\nserve "), "{}", ended.stdout);
    assert!(!data.path().join("gnezdo").exists());
}

#[test]
fn scripts_get_the_path_alone() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("gnezdo/gnezdo-dev-ca.pem");
    for _ in 0..2 {
        let ended = dev(data.path(), &["--print-ca"]);
        assert_eq!(ended.stdout, format!("{}\n", path.display()));
        assert!(path.exists());
    }
}

#[test]
fn colours_are_for_terminals() {
    let data = tempfile::tempdir().unwrap();
    assert!(!dev(data.path(), &[]).stdout.contains('\x1b'));
    let mut command = command_with_data(data.path());
    let ended = run_command(command.args(["cert", "dev"]).env("CLICOLOR_FORCE", "1"));
    assert!(ended.stdout.starts_with("\x1b[1mGnezdo development CA"), "{:?}", ended.stdout);
}

#[test]
fn what_is_wrong_is_one_line() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("file"), "text").unwrap();
    fs::create_dir(data.path().join("bad")).unwrap();
    fs::write(data.path().join("bad/gnezdo-dev-ca.pem"), "text").unwrap();
    for (words, code, expected) in [
        ("cert dance", 2, "there is no command \"dance\"; see gnezdo cert --help"),
        ("cert file", 2, "there is no command \"file\"; see gnezdo cert --help"),
        ("cert devv", 2, "there is no command \"devv\"; did you mean dev?"),
        ("cert dev --fast", 2, "there is no option --fast; see gnezdo cert dev --help"),
        ("cert dev a_b!", 2, "no certificate can be issued for \"a_b!\"; give a DNS name"),
        ("cert dev *.localhost", 2, "no client accepts the name *.localhost, which is too wide"),
        ("cert dev --dir file", 1, "file"),
        ("cert dev --dir bad", 1, "its certificate is malformed; remove it, and a new one is made"),
    ] {
        let mut command = command_with_data(data.path());
        let ended = run_command(command.current_dir(data.path()).args(words.split(' ')));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{words}");
        let line = ended.stderr.strip_prefix("gnezdo: ").unwrap_or_else(|| panic!("{ended:?}"));
        assert!(line.contains(expected) && line.lines().count() == 1, "{words}: {line}");
    }
    let ended = run_command(command().arg("cert"));
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("Usage: gnezdo cert <COMMAND>"), "{}", ended.stderr);
}
