//! Many threads, one file that changes all the time: every answer is whole.

mod support;

use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gnezdo_files::Files;
use support::{Answer, Site, get_with};

const THREADS: usize = 32;
const ANSWERS: usize = 400;

/// Asks from many threads while `change` is called again and again, and checks that each
/// entity tag belongs to one content only.
fn hammer(files: &Files, change: impl Fn(usize) + Send + Sync) {
    let contents: Mutex<HashMap<String, Vec<u8>>> = Mutex::default();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let turns = (0..).take_while(|_| !is_done.load(Ordering::Relaxed));
            turns.for_each(&change);
        });
        let ask = |place: usize| {
            let codings = ["identity", "gzip", "br", "zstd"][place % 4];
            (0..ANSWERS)
                .map(|_| get_with(files, "/a.txt", &[("accept-encoding", codings)]))
                .collect()
        };
        let askers: Vec<_> = (0..THREADS).map(|place| scope.spawn(move || ask(place))).collect();
        let answers: Vec<_> = askers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        is_done.store(true, Ordering::Relaxed);
        for answer in answers.into_iter().flat_map(Result::<Vec<Answer>, _>::unwrap) {
            assert_eq!(answer.status, 200);
            assert!(!answer.is_broken);
            assert_eq!(answer.promised, Some(answer.body.len() as u64));
            let tag = answer.field("etag").unwrap().to_owned();
            let mut contents = contents.lock().unwrap();
            let known = contents.entry(tag).or_insert_with(|| answer.body.clone());
            assert_eq!(*known, answer.body, "one tag, two contents");
        }
    });
}

/// A content that shows if it is mixed with another: one letter all over.
fn content(turn: usize) -> Vec<u8> {
    vec![b'a' + (turn % 26) as u8; 1_000 + turn % 5_000]
}

fn replace(site: &Site, turn: usize) {
    let next = site.path("next");
    fs::write(&next, content(turn)).unwrap();
    fs::rename(&next, site.path("a.txt")).unwrap();
}

#[test]
fn each_tag_has_one_content_while_a_file_is_replaced() {
    let site = Site::new(&[("a.txt", "start")]);
    for stale_max in [Duration::ZERO, Duration::from_millis(20)] {
        let files = site.builder().stale_max(stale_max).build().unwrap();
        hammer(&files, |turn| replace(&site, turn));
    }
}

#[test]
fn each_tag_has_one_content_while_a_large_file_is_replaced() {
    let site = Site::new(&[("a.txt", "start")]);
    let files = site.builder().small_file_bytes_max(64).build().unwrap();
    hammer(&files, |turn| replace(&site, turn));
}

#[test]
fn the_walk_answers_whole_as_well() {
    let site = Site::new(&[("a.txt", "start")]);
    let files = site.builder().without_openat2().build().unwrap();
    hammer(&files, |turn| replace(&site, turn));
}
