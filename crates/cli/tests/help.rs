//! What the program tells about itself: help, version, completions, manual.

mod common;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{Ended, command, run, run_command};

fn help(columns: &str, arguments: &[&str]) -> String {
    let ended = run_command(command().args(arguments).env("COLUMNS", columns));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    ended.stdout
}

/// The words `--like-this` of a text.
fn options(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    words.filter(|word| word.len() > 3 && word.starts_with("--")).collect()
}

#[test]
fn help_fits_the_terminal() {
    for columns in [80, 120] {
        for arguments in [
            &["--help"][..],
            &["serve", "-h"],
            &["serve", "--help"],
            &["man", "-h"],
            &["cert", "-h"],
            &["cert", "dev", "-h"],
        ] {
            for line in help(&columns.to_string(), arguments).lines() {
                assert!(line.chars().count() <= columns, "{arguments:?} at {columns}: {line}");
                assert!(!line.contains('\x1b'), "colours for no terminal: {line:?}");
            }
        }
    }
}

#[test]
fn help_tells_every_option_of_the_manual() {
    let expected = "--listen --allow --deny --index --no-listing --spa --hidden --follow-symlinks \
        --no-compression --cache-control --header --cors --architecture --workers --processes \
        --access-log --log-file --header-timeout --idle-timeout --progress-timeout \
        --progress-size --linger-timeout --shutdown-timeout --max-connections \
        --max-connections-per-ip --max-header-size --max-target-size --max-fields \
        --max-body-size --max-discard-size --max-chunk-ext-size --max-trailer-size --tls --tls-min \
        --tls-client-ca --tls-client-auth --redirect-http --hsts --no-http2 --h2-max-streams \
        --h2-stream-window --h2-connection-window --h2-max-continuations --h2-max-resets \
        --h2-max-empty-frames --h2-max-control-frames --h2-max-overhead-size \
        --h2-settings-timeout --help";
    let help = help("80", &["serve", "--help"]);
    assert_eq!(options(&help), options(expected));
    let page = run(&["man"]).stdout.replace("\\fB", "").replace("\\fR", "").replace('\\', "");
    assert!(options(&page).is_superset(&options(expected)), "{page}");
}

#[test]
fn help_shows_defaults_headings_and_examples() {
    let help = help("80", &["serve", "--help"]);
    let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "[ROOT] The folder to serve, or a single file [default: .]",
        "[default: 127.0.0.1:8080] --allow",
        "--header-timeout <TIME> For the head of a request [default: 10s]",
        "--max-header-size <SIZE> A request's head, or 431 [default: 32KiB]",
        "--max-body-size <SIZE> Its content, or 413 [default: 1GiB]",
        "--tls-min <VERSION> The oldest version spoken: 1.2 or 1.3 [default: 1.2]",
        "--h2-max-streams <N> Requests at once [default: 128]",
        "--h2-stream-window <SIZE> Unread of one request [default: 256KiB]",
    ] {
        assert!(flat.contains(part), "{part}\n{help}");
    }
    for heading in [
        "Listening:",
        "TLS:",
        "Files:",
        "Deadlines:",
        "Limits:",
        "HTTP/2:",
        "Certificates:",
        "Architectures:",
        "Examples:",
    ] {
        assert!(help.lines().any(|line| line == heading), "{heading}\n{help}");
    }
}

#[test]
fn options_that_are_described_in_a_word_stay_on_one_line() {
    let help = help("80", &["serve", "--help"]);
    for option in ["--idle-timeout", "--max-connections-per-ip", "--h2-connection-window"] {
        let line = help.lines().find(|line| line.trim_start().starts_with(option)).unwrap();
        assert!(line.contains("[default: "), "{line}");
    }
}

#[test]
fn certificates_have_a_help_of_their_own() {
    let all = help("80", &["--help"]);
    assert!(all.contains("  cert         Make certificates\n"), "{all}");
    let cert = help("80", &["cert", "--help"]);
    assert!(cert.contains("  dev   Make a certificate for development"), "{cert}");
    let dev = help("80", &["cert", "dev", "--help"]);
    assert_eq!(options(&dev), options("--dir --print-ca --tls --cacert --help --dir"));
    let page = run(&["man"]).stdout;
    for words in ["gnezdo\\fR cert dev [OPTIONS] [NAME]...", "\ngnezdo cert dev    Make a cert"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn version_is_one_line() {
    for option in ["--version", "-V"] {
        let Ended { code, stdout, stderr } = run(&[option]);
        assert_eq!(stdout, format!("gnezdo {}\n", env!("CARGO_PKG_VERSION")));
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
    }
}

#[test]
fn without_a_word_there_is_help_and_a_failure() {
    let Ended { code, stdout, stderr } = run(&[]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("Usage: gnezdo") && stderr.contains("gnezdo serve"), "{stderr}");
}

#[test]
fn completions_name_every_option() {
    let help = help("80", &["serve", "--help"]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let Ended { code, stdout, stderr } = run(&["completions", shell]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{shell}");
        for option in options(&help) {
            assert!(stdout.contains(option.trim_start_matches('-')), "{shell}: {option}");
        }
        for value in ["combined", "threads", "print-ca", "dir"] {
            assert!(stdout.contains(value), "{shell}: {value}");
        }
        check_syntax(shell, &stdout);
    }
}

/// Asks the shell whether it understands the script, if it is on this machine.
fn check_syntax(shell: &str, script: &str) {
    let check = Command::new(shell)
        .arg("-n")
        .args((shell == "bash").then_some("/dev/stdin"))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut check) = check else { return };
    check.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{shell}: {complaints}");
}

#[test]
fn the_manual_has_the_sections_of_a_manual() {
    let Ended { code, stdout, stderr } = run(&["man"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for section in [
        "NAME",
        "SYNOPSIS",
        "OPTIONS",
        "LISTENING",
        "TLS",
        "LIMITS",
        "CERTIFICATES",
        "EXAMPLES",
        "\"GNEZDO CERT DEV\"",
        "VERSION",
    ] {
        let heading = format!(".SH {section}\n");
        assert_eq!(stdout.matches(&heading).count(), 1, "{section}\n{stdout}");
    }
    assert!(stdout.contains("gnezdo\\fR serve [OPTIONS] [ROOT]"), "{stdout}");
}
