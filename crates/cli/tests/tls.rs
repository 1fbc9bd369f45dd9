//! `gnezdo serve --tls`: the options, what is told of them, and that a client can come.

mod common;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use common::{
    Ended, Gnezdo, architectures, authority, command, command_with_data, curl, get, run_command,
    write_certificate,
};
use tempfile::TempDir;

/// A folder with a page, in which certificates and data may lie, too.
fn site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), "<h1>nest</h1>").unwrap();
    folder
}

/// Serves the folder at a free port, with the data of `--tls self-signed` in it.
fn serve(folder: &Path, options: &[&str]) -> Gnezdo {
    let mut command = command_with_data(folder);
    command.current_dir(folder).args(["serve", "--listen", "127.0.0.1:0"]).args(options);
    Gnezdo::start(&mut command)
}

fn line(program: &Gnezdo, label: &str) -> Option<String> {
    let lines = program.stderr.lines();
    let mut found = lines.iter().filter_map(|line| line.strip_prefix(&format!("{label:12} ")));
    found.next().map(str::to_owned)
}

#[test]
fn curl_trusts_the_development_authority() {
    let folder = site();
    let ca = authority(folder.path());
    for architecture in architectures() {
        for (version, status) in [("--http2", "HTTP/2 200"), ("--http1.1", "HTTP/1.1 200")] {
            let options = ["--tls", "self-signed", "--architecture", architecture];
            let program = serve(folder.path(), &options);
            let curled = curl(&ca, &[version], &program.urls()[0]);
            assert_eq!(curled.code, Some(0), "{architecture} {curled:?}");
            assert!(curled.answer.starts_with(status), "{architecture} {curled:?}");
            assert!(curled.answer.ends_with("<h1>nest</h1>"), "{architecture} {curled:?}");
            assert!(program.stop().success(), "{architecture} {version}");
        }
    }
}

#[test]
fn workers_speak_tls_too() {
    let folder = site();
    let program = serve(folder.path(), &["--tls", "self-signed", "--processes", "2"]);
    let ca = authority(folder.path());
    for _ in 0..4 {
        assert_eq!(curl(&ca, &[], &program.urls()[0]).code, Some(0));
    }
    let told = program.stderr.lines().iter().filter(|line| line.starts_with("TLS ")).count();
    assert_eq!(told, 1);
    assert!(program.stop().success());
}

#[test]
fn the_banner_tells_what_is_spoken_and_who_trusts_it() {
    let folder = site();
    let program = serve(folder.path(), &["--tls", "self-signed"]);
    let data = folder.path().join("gnezdo");
    assert!(program.urls()[0].starts_with("https://127.0.0.1:"), "{:?}", program.urls());
    assert_eq!(line(&program, "TLS"), Some(data.join("localhost.pem").display().to_string()));
    let trust = "run gnezdo cert dev to see how browsers trust it";
    assert_eq!(line(&program, "trust").as_deref(), Some(trust));
    assert_eq!(line(&program, "protocols").as_deref(), Some("h2, http/1.1"));

    write_certificate(folder.path(), "a.test", 2999);
    let files = ["--tls", "a.test.pem,a.test.key", "--no-http2"];
    let program = serve(folder.path(), &files);
    assert_eq!(line(&program, "TLS").as_deref(), Some("a.test.pem"));
    assert_eq!(line(&program, "trust"), None);
    assert_eq!(line(&program, "protocols").as_deref(), Some("http/1.1"));

    let clients = ["--tls-client-ca", "a.test.pem", "--tls-client-auth", "optional"];
    let program = serve(folder.path(), &[&files[..], &clients].concat());
    let expected = "may show a certificate from a.test.pem";
    assert_eq!(line(&program, "clients").as_deref(), Some(expected));
}

#[test]
fn a_certificate_from_another_folder_says_where_its_authority_is() {
    let folder = site();
    let dir = folder.path().join("ca");
    let made = run_command(command().args(["cert", "dev", "--dir"]).arg(&dir));
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let [chain, key] = ["pem", "key"].map(|end| dir.join("localhost").with_extension(end));
    let files = format!("{},{}", chain.display(), key.display());
    let program = serve(folder.path(), &["--tls", &files]);
    let expected = format!("run gnezdo cert dev --dir {} to see", dir.display());
    let trust = line(&program, "trust").unwrap();
    assert!(trust.starts_with(&expected), "{trust}");
}

#[test]
fn one_file_may_hold_both_and_have_a_comma_in_its_name() {
    let folder = site();
    write_certificate(folder.path(), "localhost", 2999);
    let [pem, key] =
        ["pem", "key"].map(|end| fs::read(folder.path().join(format!("localhost.{end}"))).unwrap());
    fs::write(folder.path().join("a,b.pem"), [pem, key].concat()).unwrap();
    let program = serve(folder.path(), &["--tls", "a,,b.pem"]);
    assert_eq!(line(&program, "TLS").as_deref(), Some("a,b.pem"));
}

#[test]
fn clients_get_the_certificate_that_has_the_name_they_ask_for() {
    let folder = site();
    write_certificate(folder.path(), "a.test", 2999);
    write_certificate(folder.path(), "b.test", 2999);
    let options = ["--tls", "a.test.pem,a.test.key", "--tls", "b.test.pem,b.test.key"];
    let program = serve(folder.path(), &options);
    let port = program.address().port();
    for name in ["a.test", "b.test"] {
        let resolve = format!("{name}:{port}:127.0.0.1");
        let ca = folder.path().join(format!("{name}.pem"));
        let url = format!("https://{name}:{port}/");
        let curled = curl(ca.to_str().unwrap(), &["--resolve", &resolve], &url);
        assert_eq!(curled.code, Some(0), "{curled:?}");
    }
}

#[test]
fn self_signed_takes_more_names() {
    let folder = site();
    let ca = authority(folder.path());
    let program = serve(folder.path(), &["--tls", "self-signed:nest.test,127.0.0.2"]);
    let port = program.address().port();
    let resolve = format!("nest.test:{port}:127.0.0.1");
    for name in ["nest.test", "localhost", "127.0.0.1"] {
        let url = format!("https://{name}:{port}/");
        let curled = curl(&ca, &["-4", "--resolve", &resolve], &url);
        assert_eq!(curled.code, Some(0), "{name} {curled:?}");
    }
    assert!(line(&program, "TLS").unwrap().ends_with("/gnezdo/nest.test.pem"));
}

#[test]
fn clients_have_to_show_a_certificate_if_that_is_asked_for() {
    let folder = site();
    let ca = authority(folder.path());
    write_certificate(folder.path(), "a.test", 2999);
    for (whether, is_served) in [(&[][..], false), (&["--tls-client-auth", "optional"], true)] {
        let options = ["--tls", "self-signed", "--tls-client-ca", "a.test.pem"];
        let program = serve(folder.path(), &[&options[..], whether].concat());
        let curled = curl(&ca, &[], &program.urls()[0]);
        assert_eq!(curled.code == Some(0), is_served, "{whether:?} {curled:?}");
    }
}

#[test]
fn old_versions_are_refused() {
    let folder = site();
    let ca = authority(folder.path());
    for (options, is_served) in [(&[][..], true), (&["--tls-min", "1.3"], false)] {
        let program = serve(folder.path(), &[&["--tls", "self-signed"][..], options].concat());
        let curled = curl(&ca, &["--tls-max", "1.2"], &program.urls()[0]);
        assert_eq!(curled.code == Some(0), is_served, "{options:?} {curled:?}");
    }
}

#[test]
fn without_http2_none_is_spoken() {
    let folder = site();
    let ca = authority(folder.path());
    let program = serve(folder.path(), &["--tls", "self-signed", "--no-http2"]);
    let curled = curl(&ca, &["--http2"], &program.urls()[0]);
    assert!(curled.answer.starts_with("HTTP/1.1 200"), "{curled:?}");
    let program = serve(folder.path(), &["--no-http2"]);
    let curled = curl(&ca, &["--http2-prior-knowledge"], &program.urls()[0]);
    assert_ne!(curled.code, Some(0), "{curled:?}");
    let program = serve(folder.path(), &[]);
    let curled = curl(&ca, &["--http2-prior-knowledge"], &program.urls()[0]);
    assert!(curled.answer.starts_with("HTTP/2 200"), "{curled:?}");
}

#[test]
fn extreme_limits_of_http2_do_no_harm() {
    let folder = site();
    let ca = authority(folder.path());
    let most = [
        "--h2-max-streams=65536",
        "--h2-stream-window=1GiB",
        "--h2-connection-window=1GiB",
        "--h2-max-continuations=4294967295",
        "--h2-max-resets=4294967295",
        "--h2-max-empty-frames=4294967295",
        "--h2-max-control-frames=4294967295",
        "--h2-max-overhead-size=16777215TiB",
        "--h2-settings-timeout=365d",
    ];
    let least = ["--h2-max-streams=1", "--h2-stream-window=1", "--h2-connection-window=1"];
    for options in [&most[..], &least] {
        let program = serve(folder.path(), &[&["--tls", "self-signed"], options].concat());
        let curled = curl(&ca, &["--http2"], &program.urls()[0]);
        assert!(curled.answer.starts_with("HTTP/2 200"), "{options:?} {curled:?}");
        assert!(program.stop().success());
    }
}

#[test]
fn browsers_are_told_to_come_by_https() {
    let folder = site();
    let ca = authority(folder.path());
    for (option, expected) in [
        (&[][..], None),
        (&["--hsts"], Some("max-age=31536000")),
        (&["--hsts=1d"], Some("max-age=86400")),
        (&["--hsts=0"], Some("max-age=0")),
    ] {
        let program = serve(folder.path(), &[&["--tls", "self-signed"], option].concat());
        let answer = curl(&ca, &["--http1.1"], &program.urls()[0]).answer.to_lowercase();
        let field = answer.lines().find_map(|l| l.strip_prefix("strict-transport-security: "));
        assert_eq!(field, expected, "{option:?} {answer}");
    }
}

#[test]
fn clients_of_http_are_sent_on() {
    let folder = site();
    for architecture in architectures() {
        let program = serve(
            folder.path(),
            &[
                "--tls",
                "self-signed",
                "--redirect-http",
                "127.0.0.1:0",
                "--architecture",
                architecture,
            ],
        );
        let url = line(&program, "redirecting").expect("a line of the banner");
        let address = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix('/')).unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let answer = get(&mut stream, "/a?b");
        let expected = format!("https://test:{}/a?b", program.address().port());
        assert_eq!(answer.field("location"), Some(expected.as_str()), "{architecture} {answer:?}");
    }
}

/// Runs the program with words that make it fail, in a folder with good and bad certificates.
fn check(words: &str, code: i32, expected: &str) {
    let folder = site();
    for (name, last_year) in [("good", 2999), ("other", 2999), ("old", 2021)] {
        write_certificate(folder.path(), name, last_year);
    }
    let mut command = command_with_data(folder.path());
    command.current_dir(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]);
    let Ended { code: actual, stderr, .. } = run_command(command.args(words.split(' ')));
    let line = stderr.strip_prefix("gnezdo: ").and_then(|rest| rest.strip_suffix('\n'));
    let line = line.unwrap_or_else(|| panic!("{words}: {stderr:?}"));
    assert!(line.contains(expected) && !line.contains('\n'), "{words}: {line:?}");
    assert_eq!(actual, Some(code), "{words}: {line}");
}

#[test]
fn certificates_that_are_no_good() {
    for (words, expected) in [
        ("--tls nope.pem,good.key", "nope.pem does not exist; correct the path or make the file"),
        ("--tls good.pem,nope.key", "nope.key does not exist; correct the path or make the file"),
        ("--tls index.html", "index.html holds no certificate; name a PEM file"),
        ("--tls .", ". cannot be read: is a directory; name a file in it"),
        (
            "--tls good.key,good.pem",
            "good.key holds no certificate but a private key; name the certificate first: --tls \
             CERT,KEY",
        ),
        (
            "--tls good.pem",
            "good.pem holds no private key but a certificate; name the key's file second: --tls \
             CERT,KEY",
        ),
        (
            "--tls good.pem,other.key",
            "the private key in other.key does not belong to the certificate in good.pem",
        ),
        ("--tls old.pem,old.key", "the certificate in old.pem expired on "),
        ("--tls good.pem,good.key --tls old.pem,old.key", "the certificate in old.pem expired on "),
        (
            "--tls good.pem,good.key --tls-client-ca good.key",
            "good.key holds no certificate of an authority but a private key",
        ),
    ] {
        check(words, 1, expected);
    }
}

#[test]
fn words_about_tls_that_can_never_work() {
    for (words, expected) in [
        ("--redirect-http :80", "--redirect-http does nothing without TLS; add --tls CERT,KEY"),
        ("--hsts", "--hsts does nothing without TLS; add --tls CERT,KEY or --tls self-signed"),
        ("--tls-min 1.3", "--tls-min does nothing without TLS"),
        ("--tls-client-ca good.pem", "--tls-client-ca does nothing without TLS"),
        ("--tls-client-auth required", "--tls-client-auth does nothing without TLS"),
        (
            "--tls good.pem,good.key --tls-client-auth required",
            "--tls-client-auth asks for certificates without saying whose; add --tls-client-ca",
        ),
        ("--tls a,b,c", "--tls cannot be \"a,b,c\": write CERT,KEY for two PEM files, or the name"),
        ("--tls=", "--tls cannot be \"\": write CERT,KEY"),
        ("--tls ,", "--tls cannot be \",\": write CERT,KEY"),
        ("--tls self-signed:", "write self-signed, or self-signed:NAME,NAME with names beyond"),
        ("--tls self-signed:a_b!", "no certificate can be issued for \"a_b!\"; give a DNS name"),
        ("--tls-min 1.1", "--tls-min cannot be \"1.1\"; choose one of 1.2, 1.3"),
        ("--tls-client-auth maybe", "choose one of required, optional"),
        ("--hsts=366d", "--hsts cannot be \"366d\": a year (365d) is the most"),
        ("--redirect-http x", "--redirect-http cannot be \"x\": \"x\" is not an IP address"),
        ("--h2-max-streams 0", "write a whole number from 1 to 65536"),
        ("--h2-stream-window 2GiB", "1GiB is the most"),
        ("--h2-max-resets 4294967296", "write a whole number from 1 to 4294967295"),
    ] {
        check(words, 2, expected);
    }
}

#[test]
fn addresses_that_cannot_redirect() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap();
    check(
        &format!("--tls good.pem,good.key --redirect-http {taken}"),
        1,
        &format!("address {taken} is in use by another program; choose another with --redirect-"),
    );
    check(
        "--tls good.pem,good.key --redirect-http 192.0.2.1:80",
        1,
        "does not belong to this machine; choose one of its own with --redirect-http",
    );
}

#[test]
fn without_a_home_there_is_no_development_authority() {
    let folder = site();
    let mut command = command();
    command.args(["serve", "--tls", "self-signed"]).current_dir(folder.path());
    let ended = run_command(command.env_remove("XDG_DATA_HOME").env_remove("HOME"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.ends_with("; set HOME or XDG_DATA_HOME\n"), "{}", ended.stderr);
}
