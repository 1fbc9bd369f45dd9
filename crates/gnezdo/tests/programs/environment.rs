//! Options as variables of the environment.

use super::*;

/// `hello run` with variables.
fn hello(variables: &[(&str, &str)]) -> Command {
    let mut command = example("hello");
    command.arg("run").envs(variables.iter().copied());
    command
}

#[test]
fn variables_are_options() {
    for processes in ["", "2"] {
        let program = Running::spawn(&mut hello(&[
            ("GNEZDO_LISTEN", "127.0.0.1:0, 127.0.0.1:0"),
            ("GNEZDO_ARCHITECTURE", "threads"),
            ("GNEZDO_PROCESSES", processes),
            ("GNEZDO_ACCESS_LOG", "json"),
            ("GNEZDO_NO_HTTP2", "yes"),
            ("GNEZDO_MAX_TARGET_SIZE", "100"),
        ]));
        let banner = program.banner.join("\n");
        assert_eq!(program.addresses().count(), 2, "{banner}");
        assert!(banner.contains("threads: a thread for each connection"), "{banner}");
        assert_eq!(banner.contains("in each of 2 supervised processes"), !processes.is_empty());
        assert!(program.get("/").ends_with("Hello!\n"));
        // What the workers were told, too.
        let long = format!("/{}", "x".repeat(100));
        assert!(program.get(&long).starts_with("HTTP/1.1 414 "));
        let (code, log) = program.stop();
        assert_eq!((code, log.lines().count()), (Some(0), 2), "{log}");
        assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
    }
}

#[test]
fn what_is_typed_wins() {
    let variables = [
        ("GNEZDO_LISTEN", "unix:/nowhere/at/all"),
        ("GNEZDO_ARCHITECTURE", "nonsense"),
        ("GNEZDO_WORKERS", ""),
    ];
    let mut command = hello(&variables);
    let program =
        Running::spawn(command.args(["--listen=127.0.0.1:0", "--architecture", "single"]));
    let banner = program.banner.join("\n");
    assert!(banner.contains("single: one connection at a time"), "{banner}");
    assert_eq!(program.addresses().count(), 1, "{banner}");
}

#[test]
fn a_bad_value_names_its_variable() {
    for (name, value, expected) in [
        ("GNEZDO_WORKERS", "x", "GNEZDO_WORKERS cannot be \"x\": write a whole number from 1 to"),
        ("GNEZDO_LISTEN", ":80 x", "GNEZDO_LISTEN cannot be \"x\": "),
        ("GNEZDO_NO_HTTP2", "2", "GNEZDO_NO_HTTP2 cannot be \"2\": write 1, true, yes or on, or"),
    ] {
        let output = hello(&[(name, value)]).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with(&format!("hello: {expected}")), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_variable_that_is_nearly_one_of_ours_is_told_once() {
    let variables = [
        ("GNEZDO_LISEN", ":80"),
        ("GNEZDO_SECRET", "of the app's own"),
        ("GNEZDO_LISTEN", "127.0.0.1:0"),
        ("GNEZDO_PROCESSES", "2"),
    ];
    let program = Running::spawn(&mut hello(&variables));
    let expected = "hello: there is no variable GNEZDO_LISEN; did you mean GNEZDO_LISTEN?";
    assert_eq!(program.banner[0], expected);
    assert!(program.banner[1].starts_with("hello on gnezdo "), "{:?}", program.banner);
    assert!(program.get("/").ends_with("Hello!\n"));
    let (code, more) = program.stop_and_hear();
    assert_eq!((code, more), (Some(0), Vec::new()));
}
