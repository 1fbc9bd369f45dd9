//! The corpus, and what its directives mean to the machines of this crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gnezdo_core::Limits;
use gnezdo_testkit::{Case, Step};

use super::client_user::{Ask, ClientUser};
use super::server_user::{Releases, ServerUser};
use super::{frames, script};

/// Reads a folder of `corpus/h2`, in the order of the names.
pub(crate) fn load(folder: &str) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/h2").join(folder);
    let listing = fs::read_dir(&root).unwrap_or_else(|e| panic!("{}: {e}", root.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.expect("a folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|suffix| suffix == "h2"));
    paths.sort();
    paths.iter().map(|path| parse(path)).collect()
}

/// All cases for a server.
pub(crate) fn servers() -> Vec<Case> {
    [load("valid"), load("invalid"), load("flood")].concat()
}

fn parse(path: &Path) -> Case {
    let text = fs::read_to_string(path).expect("a file that can be read");
    let (input, expected) = text.split_once("\n----\n").expect("a ruler");
    let mut case = Case {
        path: path.into(),
        directives: Vec::new(),
        steps: Vec::new(),
        expected: expected.lines().map(Into::into).collect(),
    };
    let (mut pending, mut begins) = (Vec::new(), true);
    let mut steps = Vec::new();
    for line in input.lines().filter(|line| !line.starts_with('#')) {
        let Some(directive) = line.strip_prefix('@') else {
            pending.push(line);
            continue;
        };
        let words: Vec<_> = directive.split(' ').map(String::from).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["eof"] => {
                steps.push(Step::Octets(script::octets(&std::mem::take(&mut pending))));
                steps.push(Step::End);
            }
            ["wait", time] => {
                steps.push(Step::Octets(script::octets(&std::mem::take(&mut pending))));
                steps.push(Step::Wait(seconds(time)));
            }
            ["start", "none"] => begins = false,
            _ => case.directives.push(words),
        }
    }
    steps.push(Step::Octets(script::octets(&pending)));
    if begins {
        let start = if is_for_client(path) {
            // A server begins with its SETTINGS, and knows those of the client.
            [frames::settings_frame(&[]), script::octets(&["SETTINGS ACK"])].concat()
        } else {
            frames::beginning(&[])
        };
        steps.insert(0, Step::Octets(start));
    }
    case.steps = joined(steps);
    case
}

fn is_for_client(path: &Path) -> bool {
    path.components().any(|folder| folder.as_os_str() == "client")
}

fn joined(steps: Vec<Step>) -> Vec<Step> {
    let mut joined: Vec<Step> = Vec::new();
    for step in steps {
        match (joined.last_mut(), step) {
            (Some(Step::Octets(before)), Step::Octets(octets)) => before.extend(octets),
            (_, step) => joined.push(step),
        }
    }
    joined
}

/// The server that a case asks for.
pub(crate) fn server(case: &Case) -> ServerUser {
    let mut user = ServerUser::new(limits(case));
    for words in case.directives.iter().filter(|words| words[0] != "limit") {
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["release", "never"] => user = user.releasing(Releases::Never),
            ["finish"] => user.server().finish_soon(),
            ["finish", "twice"] => (0..2).for_each(|_| user.server().finish_soon()),
            _ => panic!("{}: unknown directive {words:?}", case.path.display()),
        }
    }
    user
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
    match method {
        "CONNECT" => Ask::new(http::Method::CONNECT, "x:443"),
        "POST" => Ask::post("/", 5).waits_for_continue(),
        _ => Ask::new(method.parse().expect("a method"), "/"),
    }
}

fn limits(case: &Case) -> Limits {
    let mut limits = Limits::default();
    for words in case.directives.iter().filter(|words| words[0] == "limit") {
        let [_, name, value] = &words[..] else { panic!("{}: {words:?}", case.path.display()) };
        set_limit(&mut limits, name, value);
    }
    limits
}

fn seconds(value: &str) -> Duration {
    let seconds = value.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.expect("a number of seconds, such as 5s"))
}

fn set_limit(limits: &mut Limits, name: &str, value: &str) {
    let count = || value.parse::<usize>().expect("a number");
    let http2 = &mut limits.http2;
    match name {
        "head_bytes_max" => limits.head_bytes_max = count(),
        "target_bytes_max" => limits.target_bytes_max = count(),
        "fields_max" => limits.fields_max = count(),
        "trailer_bytes_max" => limits.trailer_bytes_max = count(),
        "body_bytes_max" => limits.body_bytes_max = count() as u64,
        "discard_bytes_max" => limits.discard_bytes_max = count() as u64,
        "streams_max" => http2.streams_max = count(),
        "stream_window_bytes" => http2.stream_window_bytes = count() as u32,
        "connection_window_bytes" => http2.connection_window_bytes = count() as u32,
        "continuations_max" => http2.continuations_max = count() as u32,
        "resets_max" => http2.resets_max = count() as u32,
        "empty_frames_max" => http2.empty_frames_max = count() as u32,
        "control_frames_max" => http2.control_frames_max = count() as u32,
        "overhead_bytes_max" => http2.overhead_bytes_max = count() as u64,
        _ => panic!("unknown limit {name}"),
    }
}
