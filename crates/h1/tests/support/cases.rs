//! The corpus, and what its directives mean to the machines of this crate.

use std::path::Path;
use std::time::Duration;

use gnezdo_core::Limits;
use gnezdo_testkit::{Case, corpus};

use super::client_user::{Ask, ClientUser};
use super::server_user::{Moment, ServerUser};

/// Reads a folder of `corpus/h1`.
pub(crate) fn load(folder: &str) -> Vec<Case> {
    corpus::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/h1").join(folder))
}

/// All cases of requests.
pub(crate) fn requests() -> Vec<Case> {
    [load("valid"), load("invalid")].concat()
}

/// All cases of responses.
pub(crate) fn responses() -> Vec<Case> {
    [load("response/valid"), load("response/invalid")].concat()
}

/// The server that a case asks for.
pub(crate) fn server(case: &Case) -> ServerUser {
    let mut moment = Moment::AtEnd;
    for words in &case.directives {
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["answer", "at-head"] => moment = Moment::AtHead,
            ["answer", "never"] => moment = Moment::Never,
            ["limit", ..] => {}
            _ => panic!("{}: unknown directive {words:?}", case.path.display()),
        }
    }
    ServerUser::new(limits(case), moment)
}

/// The client that a case asks for; it sends one GET unless the case says otherwise.
pub(crate) fn client(case: &Case) -> ClientUser {
    let words = case.directives.iter().filter(|words| words[0] == "request");
    let mut asks: Vec<_> = words.map(|words| ask(&words[1])).collect();
    if asks.is_empty() {
        asks.push(ask("GET"));
    }
    ClientUser::new(limits(case), asks)
}

fn ask(method: &str) -> Ask {
    let target = if method == "CONNECT" { "x:443" } else { "/" };
    let ask = Ask::new(method.parse().expect("a method"), target);
    if method == "POST" { ask.content(Some(5), &["hello"]).waits_for_continue() } else { ask }
}

fn limits(case: &Case) -> Limits {
    let mut limits = Limits::default();
    for words in case.directives.iter().filter(|words| words[0] == "limit") {
        let [_, name, value] = &words[..] else { panic!("{}: {words:?}", case.path.display()) };
        set_limit(&mut limits, name, value);
    }
    limits
}

fn set_limit(limits: &mut Limits, name: &str, value: &str) {
    let count = || value.parse().expect("a number");
    let seconds = || {
        let seconds = value.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
        Duration::from_secs(seconds.expect("a number of seconds, such as 5s"))
    };
    match name {
        "head_bytes_max" => limits.head_bytes_max = count(),
        "target_bytes_max" => limits.target_bytes_max = count(),
        "fields_max" => limits.fields_max = count(),
        "chunk_extension_bytes_max" => limits.chunk_extension_bytes_max = count(),
        "trailer_bytes_max" => limits.trailer_bytes_max = count(),
        "body_bytes_max" => limits.body_bytes_max = count() as u64,
        "discard_bytes_max" => limits.discard_bytes_max = count() as u64,
        "progress_bytes_min" => limits.progress_bytes_min = count() as u64,
        "header_timeout" => limits.header_timeout = seconds(),
        "idle_timeout" => limits.idle_timeout = seconds(),
        "progress_timeout" => limits.progress_timeout = seconds(),
        "linger_timeout" => limits.linger_timeout = seconds(),
        _ => panic!("unknown limit {name}"),
    }
}
