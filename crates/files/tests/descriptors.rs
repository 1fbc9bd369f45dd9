//! Out of file descriptors: what is at hand is served, the rest is asked to come back.
//!
//! Alone in its file, because the limit is that of the process.

mod support;

use std::fs::File;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{Site, get};

#[test]
fn without_descriptors_new_files_wait_and_known_ones_are_served() {
    let site = Site::new(&[("known.txt", "known"), ("new.txt", "new")]);
    let files = site.builder().stale_max(Duration::from_secs(3600)).build().unwrap();
    assert_eq!(get(&files, "/known.txt").text(), "known");

    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), ..limit }).unwrap();
    let mut hoard = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        hoard.push(file);
    }
    let (known, new) = (get(&files, "/known.txt"), get(&files, "/new.txt"));
    drop(hoard);
    setrlimit(Resource::Nofile, limit).unwrap();

    assert_eq!(known.text(), "known");
    assert_eq!((new.status.as_u16(), new.field("retry-after")), (503, Some("1")));
    assert_eq!(get(&files, "/new.txt").text(), "new");
}
