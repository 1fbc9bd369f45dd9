//! The access log: a line for each answer, whatever was spoken.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{Ask, Content, Version, everywhere, wait_until};

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(Into::into).collect()
}

#[test]
fn each_answer_has_its_line() {
    let folder = TempDir::new().unwrap();
    everywhere(|setup| {
        for version in Version::ALL {
            let log = folder.path().join(format!("{}-{version:?}", setup.name));
            let target = version.start(setup, &["--access-log", log.to_str().unwrap()]);
            let mut speaker = version.connect(&target);
            speaker.get("/later");
            let asked = speaker.request("HEAD", "/bytes/7");
            speaker.answer(asked);
            speaker.get("/stream/3");
            speaker.get("/bytes/1000000");
            speaker.get("/panic");
            speaker.post("/nowhere", "nest");
            let asked = speaker.begin(&Ask::new("POST", "/later").content(Content::Unknown));
            speaker.send(asked, "nest");
            speaker.finish(asked);
            speaker.answer(asked);
            let spoken = if version.is_http2() { "HTTP/2.0" } else { "HTTP/1.1" };
            let expected = [
                format!("\"GET /later {spoken}\" 200 5"),
                format!("\"HEAD /bytes/7 {spoken}\" 200 -"),
                format!("\"GET /stream/3 {spoken}\" 200 3000"),
                format!("\"GET /bytes/1000000 {spoken}\" 200 1000000"),
                format!("\"GET /panic {spoken}\" 500 26"),
                format!("\"POST /nowhere {spoken}\" 404 14"),
                format!("\"POST /later {spoken}\" 200 1"),
            ];
            wait_until("all is written", || lines(&log).len() >= expected.len());
            for (line, end) in lines(&log).iter().zip(expected) {
                let is_whole = line.starts_with("127.0.0.1 - - [") && line.ends_with(&end);
                assert!(is_whole, "{line} instead of {end} in {version:?}");
            }
        }
    });
}

#[test]
fn nothing_is_lost_at_the_end() {
    let folder = TempDir::new().unwrap();
    everywhere(|setup| {
        for version in Version::ALL {
            let log = folder.path().join(format!("{}-{version:?}", setup.name));
            let mut target = version.start(setup, &["--access-log", log.to_str().unwrap()]);
            let mut speaker = version.connect(&target);
            for _ in 0..100 {
                assert_eq!(speaker.get("/bytes/7").body.len(), 7);
            }
            drop(speaker);
            target.terminate();
            assert!(target.wait().success());
            target.wait_for_all();
            assert_eq!(lines(&log).len(), 100, "{version:?}");
        }
    });
}
