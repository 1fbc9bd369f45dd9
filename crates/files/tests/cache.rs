//! The cache keeps within its bounds, whatever is asked for.

mod support;

use std::time::Duration;

use gnezdo_core::{Reply, Service};
use gnezdo_files::Files;
use support::{Site, get, get_with, request};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn contents_keep_within_the_bytes() {
    let site = Site::new(&[]);
    for n in 0..100 {
        site.write(&format!("{n}.txt"), format!("{n:>4} ").repeat(20_000));
    }
    let bytes_max = 1024 * 1024;
    let files = site.builder().stale_max(HOUR).cache_bytes_max(bytes_max).build().unwrap();
    for round in 0..3 {
        for n in 0..100 {
            let target = format!("/{n}.txt");
            let content = format!("{n:>4} ").repeat(20_000);
            assert_eq!(get(&files, &target).text(), content, "{round}");
            assert!(files.cached_bytes() <= bytes_max);
            let coded = get_with(&files, &target, &[("accept-encoding", "br")]);
            assert!(coded.status == 200 && files.cached_bytes() <= bytes_max);
        }
    }
    assert!(files.cached_bytes() > bytes_max / 2, "the room is used");
}

#[test]
fn entries_keep_within_their_number() {
    let site = Site::new(&[]);
    for n in 0..500 {
        site.write(&format!("{n}.bin"), "x");
    }
    let files = site.builder().stale_max(HOUR).cache_entries_max(64).build().unwrap();
    for n in 0..500 {
        assert_eq!(get(&files, &format!("/{n}.bin")).text(), "x");
    }
    // What an entry is charged with for everything but its content.
    assert!(files.cached_bytes() <= 64 * (3 * 1024 + 1));
}

#[test]
fn spellings_and_queries_and_misses_take_no_room() {
    let site = Site::new(&[("a/b.bin", "x")]);
    let files = site.builder().stale_max(HOUR).build().unwrap();
    assert_eq!(get(&files, "/a/b.bin").text(), "x");
    let bytes = files.cached_bytes();
    for n in 0..2_000 {
        let slashes = "/".repeat(n % 50 + 1);
        for target in [
            format!("/a{slashes}b.bin"),
            format!("{slashes}%61/%62.bin?{n}"),
            format!("/a/b.bin?{n}"),
            format!("/nothing/{n}"),
            format!("/a?{n}"),
        ] {
            get(&files, &target);
        }
    }
    assert_eq!(files.cached_bytes(), bytes);
}

#[test]
fn open_files_are_few() {
    let site = Site::new(&[]);
    for n in 0..400 {
        site.write(&format!("{n}.bin"), "large enough");
    }
    let files = site.builder().stale_max(HOUR).small_file_bytes_max(0).build().unwrap();
    let open = || {
        let names = std::fs::read_dir("/proc/self/fd")
            .unwrap()
            .filter_map(|name| std::fs::read_link(name.unwrap().path()).ok());
        names.filter(|path| path.starts_with(site.root()) && path.extension().is_some()).count()
    };
    for n in 0..400 {
        assert_eq!(get(&files, &format!("/{n}.bin")).text(), "large enough");
    }
    assert!((128..=256).contains(&open()), "{}", open());
    drop(files);
    assert_eq!(open(), 0);
}

#[test]
fn a_service_without_a_cache_serves_all_the_same() {
    let site = Site::new(&[("a.txt", "text"), ("404.html", "lost")]);
    for builder in [site.builder().cache_bytes_max(0), site.builder().cache_entries_max(0)] {
        let files = builder.stale_max(HOUR).build().unwrap();
        for _ in 0..2 {
            assert_eq!(get(&files, "/a.txt").text(), "text");
            assert_eq!(get(&files, "/x").text(), "lost");
        }
        assert_eq!(files.cached_bytes(), 0);
    }
}

#[test]
fn clones_share_one_cache() {
    let site = Site::new(&[("a.txt", "text")]);
    let files = site.builder().stale_max(HOUR).build().unwrap();
    let ask = |files: &Files| match files.call(request("GET", "/a.txt", &[])) {
        Reply::Ready(ready) => ready.body().as_ptr(),
        _ => panic!("a small file is ready"),
    };
    assert_eq!(ask(&files), ask(&files.clone()));
}
