//! What is wrong is said in one line that tells what to do, and by the exit code.

mod common;

use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use common::{Ended, command, run, run_command};

/// Runs the program in a folder with a file `file`, an empty folder `empty` and a socket.
fn run_in_folder(arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "text").unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let _socket = UnixListener::bind(folder.path().join("socket")).unwrap();
    run_command(command().args(arguments).current_dir(folder.path()))
}

fn check(arguments: &[&str], code: i32, expected: &str) {
    let Ended { code: actual, stdout, stderr } = run_in_folder(arguments);
    let line = stderr.strip_prefix("gnezdo: ").and_then(|rest| rest.strip_suffix('\n'));
    let line = line.unwrap_or_else(|| panic!("{arguments:?}: {stderr:?}"));
    assert!(line.contains(expected) && !line.contains('\n'), "{arguments:?}: {line:?}");
    assert_eq!((actual, stdout.as_str()), (Some(code), ""), "{arguments:?}: {line}");
}

#[test]
fn wrong_words() {
    for (words, expected) in [
        ("empty", "there is no command \"empty\"; to serve it, say: gnezdo serve \"empty\""),
        ("srve", "there is no command \"srve\"; did you mean serve?"),
        ("dance", "there is no command \"dance\"; see gnezdo --help"),
        ("--listen :80", "no option --listen; options stand after the command, as in gnezdo serve"),
        ("serve --lisen x", "there is no option --lisen; did you mean --listen?"),
        ("serve -p 80", "there is no option -p; choose the address with gnezdo serve --listen"),
        ("serve --port=80", "there is no option --port; choose the address with gnezdo serve"),
        ("serve --xyzzy", "there is no option --xyzzy; see gnezdo serve --help"),
        ("serve a b", "\"b\" is one word too many; see gnezdo serve --help"),
        ("man x", "\"x\" is one word too many; see gnezdo man --help"),
        ("completions", "a word is missing: <SHELL>; see gnezdo completions --help"),
        ("completions tcsh", "SHELL cannot be \"tcsh\"; choose one of bash, elvish, fish"),
        ("serve --listen", "a value is missing after --listen; write --listen <ADDRESS>"),
        ("serve --cors=x", "--cors takes no value; leave \"x\" out"),
    ] {
        check(&words.split(' ').collect::<Vec<_>>(), 2, expected);
    }
}

#[test]
fn wrong_values() {
    for (option, value, expected) in [
        ("listen", "example", "\"example\" is not an IP address; examples: 127.0.0.1:8080, :8080"),
        ("listen", "", "the address is empty; examples: "),
        ("architecture", "fast", "choose one of single, threads, processes, event, "),
        ("access-log", "xml", "choose one of off, common, combined, json"),
        ("workers", "0", "write a whole number from 1 to 1024"),
        ("processes", "9999999", "write a whole number from 1 to 1024"),
        ("max-connections", "+5", "write a whole number from 1 to 18446744073709551615"),
        ("header", "no-colon", "write it as 'Name: value', with a colon"),
        ("header", "A B: c", "write letters, digits and hyphens right before the colon"),
        ("header", "A: b\r\nC: d", "write the value without line ends"),
        ("header", "Content-Length: 5", "the server sets this field itself; leave it out"),
        ("cache-control", "a\nb", "write the value without line ends"),
        ("allow", "10.1.2.3/8", "write 10.0.0.0/8 for the network or 10.1.2.3 for the host"),
        ("deny", "lan", "\"lan\" is not an IP address; examples: 10.0.0.0/8"),
        ("header-timeout", "0", "write a time longer than 0"),
        ("idle-timeout", "10 s", "write a whole number and a unit, such as 10s, 500ms or 2m"),
        ("shutdown-timeout", "9999999d", "a year (365d) is the most"),
        ("max-body-size", "1XB", "write a whole number and a unit, such as 32KiB, 1MB or 4096"),
        ("max-header-size", "2GiB", "1GiB is the most"),
    ] {
        let written = format!("--{option}={value}");
        check(&["serve", &written], 2, expected);
        check(&["serve", &written], 2, &format!("--{option} cannot be {value:?}"));
    }
}

#[test]
fn words_that_contradict_each_other() {
    for (words, expected) in [
        ("--workers 3 --architecture single", "--workers counts event loops, and --architecture"),
        ("--access-log off --log-file log", "--log-file has nothing to write with --access-log"),
        ("--spa=../page", "the page \"../page\" cannot be: "),
        ("--index=", "the page \"\" has no name; give a path beneath the root"),
        ("file --spa", "--spa needs a folder, and file is a file; leave --spa out"),
    ] {
        let words: Vec<_> = ["serve"].into_iter().chain(words.split(' ')).collect();
        check(&words, 2, expected);
    }
}

#[test]
fn roots_that_cannot_be_served() {
    check(&["serve", "nope"], 1, "nope does not exist; create it or name another folder");
    check(&["serve", "file/x"], 1, "file/x does not exist; create it or name another folder");
    check(&["serve", "socket"], 1, "socket is neither a folder nor a regular file");
    check(&["serve", "8000"], 1, "8000 does not exist; if it is a port: --listen 8000");
    check(&["serve", "no\nsuch\x1b[1m"], 1, "no\\nsuch\\u{1b}[1m does not exist");
    check(&["serve", "empty", "--spa"], 1, "empty/index.html, does not exist; create it or name");
    check(&["serve", "--log-file", "nope/log"], 1, "nope/log cannot be written (No such file");
}

#[test]
fn addresses_that_cannot_be_listened_on() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (address, expected) in [
        (
            taken.as_str(),
            &*format!("address {taken} is in use by another program; choose another with --listen"),
        ),
        ("192.0.2.1:8080", "does not belong to this machine; choose one of its own with --listen"),
        ("unix:nope/x", "the folder of the socket nope/x does not exist; make the folder first"),
        ("unix:file", "file exists and is not a socket; choose another path or remove the file"),
        ("unix:socket", "unix:socket is in use by another program; choose another with --listen"),
        ("fd:999", "descriptor 999 is not open; start the program with a listening socket"),
    ] {
        check(&["serve", "--listen", address], 1, expected);
    }
}

#[test]
fn nothing_listens_if_one_address_cannot() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let ended = run(&["serve", "--listen", "127.0.0.1:0", "--listen", &taken]);
    assert_eq!(ended.code, Some(1));
    assert!(!ended.stderr.contains("listening on"), "{}", ended.stderr);
}

#[test]
fn two_programs_do_not_share_an_address_by_accident() {
    let first = common::Gnezdo::serve(".".as_ref(), &[]);
    let address = first.address().to_string();
    let ended = run(&["serve", "--listen", &address]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("in use by another program"), "{}", ended.stderr);
}
