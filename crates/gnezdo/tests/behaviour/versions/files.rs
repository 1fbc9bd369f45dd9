//! Static files, octet by octet.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Ask, Ending, Heard, Speaker, in_every_version};

const LARGE: usize = 5_000_000;

/// A folder with a small file and a large one.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("small.txt"), "0123456789").unwrap();
        fs::write(folder.path().join("large.bin"), large()).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn word(&self) -> &str {
        self.path().to_str().unwrap()
    }

    /// A large file of its own.
    fn add(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, large()).unwrap();
        path
    }
}

fn large() -> Vec<u8> {
    (0..LARGE).map(|at| (at % 251) as u8 ^ (at >> 16) as u8).collect()
}

fn get(speaker: &mut Speaker, path: &str, fields: &[(&str, &str)]) -> Heard {
    let ask = fields.iter().fold(Ask::new("GET", path), |ask, (name, value)| ask.with(name, value));
    let asked = speaker.begin(&ask);
    speaker.answer(asked)
}

#[test]
fn they_come_octet_by_octet() {
    let (site, large) = (Site::new(), large());
    in_every_version(&["--folder", site.word()], |place| {
        let mut speaker = place.connect();
        for _ in 0..2 {
            assert_eq!(speaker.get("/small.txt").text(), "0123456789");
            let heard = speaker.get("/large.bin");
            assert!(heard.body == large, "{} octets", heard.body.len());
            assert_eq!(heard.field("content-length"), Some("5000000"));
        }
        let asked = speaker.request("HEAD", "/large.bin");
        let heard = speaker.answer(asked);
        assert_eq!(heard.field("content-length"), Some("5000000"));
        assert!(heard.body.is_empty());
    });
}

#[test]
fn parts_come_as_asked_for() {
    let (site, large) = (Site::new(), large());
    in_every_version(&["--folder", site.word()], |place| {
        let mut speaker = place.connect();
        for (range, start, end) in [
            ("bytes=0-0", 0, 1),
            ("bytes=1000000-3999999", 1_000_000, 4_000_000),
            ("bytes=-100000", LARGE - 100_000, LARGE),
            ("bytes=4999999-", LARGE - 1, LARGE),
        ] {
            let heard = get(&mut speaker, "/large.bin", &[("Range", range)]);
            assert_eq!(heard.status(), 206, "{range}");
            assert!(heard.body == large[start..end], "{range}");
            let named = format!("bytes {start}-{}/{LARGE}", end - 1);
            assert_eq!(heard.field("content-range"), Some(&*named));
        }
        let heard = get(&mut speaker, "/small.txt", &[("Range", "bytes=0-1,4-5")]);
        assert_eq!(heard.status(), 206);
        assert!(heard.field("content-type").unwrap().starts_with("multipart/byteranges"));
        let heard = get(&mut speaker, "/small.txt", &[("Range", "bytes=10-")]);
        assert_eq!((heard.status(), heard.field("content-range")), (416, Some("bytes */10")));
    });
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let site = Site::new();
    in_every_version(&["--folder", site.word()], |place| {
        let mut speaker = place.connect();
        for path in ["/small.txt", "/large.bin"] {
            let tag = speaker.get(path).field("etag").unwrap().to_owned();
            for _ in 0..2 {
                let heard = get(&mut speaker, path, &[("If-None-Match", &tag)]);
                assert_eq!((heard.status(), heard.body.len()), (304, 0), "{path}");
                assert_eq!(heard.field("etag"), Some(&*tag));
            }
        }
        assert_eq!(get(&mut speaker, "/../etc/passwd", &[]).status(), 404);
    });
}

#[test]
fn many_come_at_once() {
    let (site, large) = (Site::new(), large());
    in_every_version(&["--folder", site.word()], |place| {
        if !place.version.is_http2() {
            return;
        }
        let mut speaker = place.connect();
        let asked: Vec<_> =
            (0..8).map(|n| speaker.request("GET", ["/large.bin", "/small.txt"][n % 2])).collect();
        for (n, asked) in asked.into_iter().enumerate() {
            let heard = speaker.answer(asked);
            assert!(if n % 2 == 0 { heard.body == large } else { heard.text() == "0123456789" });
        }
    });
}

#[test]
fn one_that_shrinks_while_it_is_sent_is_broken_off() {
    let (site, large) = (Site::new(), large());
    in_every_version(&["--folder", site.word()], |place| {
        let name = format!("{}-{:?}.bin", place.setup.name, place.version);
        let file = site.add(&name);
        let path = format!("/{name}");
        let mut speaker = place.connect_narrow();
        let asked = speaker.request("GET", &path);
        speaker.hold(asked);
        speaker.wait(asked, "it has begun", |heard| !heard.body.is_empty());
        place.target.wait_until_at_rest();
        // What is on the way is sent; it is not the last octet by far.
        File::options().write(true).open(&file).unwrap().set_len(4_000_000).unwrap();
        speaker.unhold(asked);
        let heard = speaker.outcome(asked);
        assert!(matches!(heard.ending, Some(Ending::Broken(_))));
        let length = heard.body.len();
        assert!(length <= 4_000_000 && heard.body == large[..length], "{length} octets");
        if place.version.is_http2() {
            assert_eq!(speaker.get("/small.txt").text(), "0123456789");
        }
    });
}
