//! One table of cases, over the kernel and over the walk.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use super::*;

/// A tree with a link of every kind, beside a folder with a secret.
fn tree() -> TempDir {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("root");
    fs::create_dir_all(root.join("a/b/c")).unwrap();
    fs::create_dir(root.join("..data")).unwrap();
    fs::create_dir(outer.path().join("root-sibling")).unwrap();
    for (path, content) in [
        ("root/file", "file"),
        ("root/a/file", "a"),
        ("root/a/b/c/file", "c"),
        ("root/..data/file", "data"),
        ("root/a\nb", "newline"),
        ("secret", "secret"),
        ("root-sibling/file", "secret"),
    ] {
        fs::write(outer.path().join(path), content).unwrap();
    }
    for (text, name) in [
        ("file", "to_file"),
        ("a/b", "to_folder"),
        ("../a/file", "a/up_and_in"),
        ("b/../../file", "a/there_and_back"),
        ("./a/./file", "dots"),
        ("a//b/c/file", "slashes"),
        ("a/", "folder_slash"),
        ("file/", "file_slash"),
        ("to_file", "to_link"),
        ("to_folder/c", "a_link_within"),
        ("../secret", "out"),
        ("../root/file", "out_and_in"),
        ("../root-sibling", "sibling"),
        ("a/../../secret", "out_late"),
        ("/etc/passwd", "absolute"),
        ("/proc/self/root/etc/passwd", "magic"),
        ("..", "parent"),
        (".", "itself"),
        ("nothing", "dangling"),
        ("loop_b", "loop_a"),
        ("loop_a", "loop_b"),
    ] {
        symlink(text, root.join(name)).unwrap();
    }
    symlink(root.join("file"), root.join("absolute_inside")).unwrap();
    let mut last = "file".to_owned();
    for n in 1..=41 {
        symlink(&last, root.join(format!("chain{n}"))).unwrap();
        last = format!("chain{n}");
    }
    outer
}

fn roots(outer: &Path, links: Links) -> [Root; 2] {
    let open = || Root::open(outer.join("root"), links, 1_000).unwrap();
    [open(), open().without_kernel()]
}

/// What a path gives: the content of a file, `/` for a folder, or the failure.
fn outcome(root: &Root, path: &str) -> Result<String, Failure> {
    let encoded = path.replace('\n', "%0A");
    let path = SafePath::decode(format!("/{encoded}").as_bytes()).unwrap();
    match root.view().find(&path)? {
        Opened::Folder(_) => Ok("/".to_owned()),
        Opened::File(mut found) => {
            let mut content = String::new();
            found.file.read_to_string(&mut content).unwrap();
            assert_eq!(found.id.length, content.len() as u64);
            Ok(content)
        }
    }
}

#[track_caller]
fn check(roots: &[Root; 2], path: &str, expected: Result<&str, Failure>) {
    for root in roots {
        let kernel = root.way.has_kernel.load(Ordering::Relaxed);
        let expected = expected.map(str::to_owned);
        assert_eq!(outcome(root, path), expected, "{path}, openat2: {kernel}");
    }
}

#[test]
fn both_ways_open_the_same() {
    let outer = tree();
    let roots = roots(outer.path(), Links::Beneath);
    let cases = [
        ("", "/"),
        ("file", "file"),
        ("a", "/"),
        ("a/", "/"),
        ("a/file", "a"),
        ("a/b/c/file", "c"),
        ("..data/file", "data"),
        ("a\nb", "newline"),
        ("to_file", "file"),
        ("to_folder", "/"),
        ("to_folder/", "/"),
        ("to_folder/c/file", "c"),
        ("a/up_and_in", "a"),
        ("a/there_and_back", "file"),
        ("dots", "a"),
        ("slashes", "c"),
        ("folder_slash", "/"),
        ("folder_slash/file", "a"),
        ("to_link", "file"),
        ("a_link_within/file", "c"),
        ("itself", "/"),
        ("itself/itself/a/file", "a"),
        ("chain40", "file"),
    ];
    for (path, expected) in cases {
        check(&roots, path, Ok(expected));
    }
}

#[test]
fn both_ways_refuse_the_same() {
    let outer = tree();
    let roots = roots(outer.path(), Links::Beneath);
    let long = "a".repeat(255);
    let deep = ["a"; 1500].join("/");
    for path in [
        "nothing",
        "nothing/file",
        "file/",
        "file/x",
        "to_file/",
        "to_file/x",
        "file_slash",
        "out",
        "out_and_in",
        "out_late",
        "sibling",
        "sibling/file",
        "parent",
        "parent/secret",
        "parent/root/file",
        "absolute",
        "absolute_inside",
        "magic",
        "dangling",
        "dangling/x",
        "loop_a",
        "loop_b/x",
        "chain41",
        "a/b/c/file/",
        &long,
        &deep,
    ] {
        check(&roots, path, Err(Failure::NotFound));
    }
}

#[test]
fn links_lead_anywhere_if_that_is_wanted() {
    let outer = tree();
    let roots = roots(outer.path(), Links::Anywhere);
    check(&roots, "out", Ok("secret"));
    check(&roots, "parent/secret", Ok("secret"));
    check(&roots, "sibling/file", Ok("secret"));
    check(&roots, "absolute_inside", Ok("file"));
    check(&roots, "to_file", Ok("file"));
    check(&roots, "dangling", Err(Failure::NotFound));
    check(&roots, "loop_a", Err(Failure::NotFound));
}

#[test]
fn only_regular_files_and_folders_are_opened_and_nothing_blocks() {
    let outer = tree();
    let path = outer.path().join("root");
    rustix::fs::mkfifoat(rustix::fs::CWD, path.join("fifo"), Mode::RWXU).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(path.join("socket")).unwrap();
    let roots = roots(outer.path(), Links::Beneath);
    check(&roots, "fifo", Err(Failure::NotFound));
    check(&roots, "socket", Err(Failure::NotFound));
}

#[test]
fn a_link_swapped_in_meanwhile_never_leads_out() {
    let outer = tree();
    let root = outer.path().join("root");
    let roots = roots(outer.path(), Links::Beneath);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (inside, outside) = (root.join("inside"), root.join("outside"));
            fs::create_dir(&inside).unwrap();
            fs::write(inside.join("file"), "inside").unwrap();
            symlink("../root-sibling", &outside).unwrap();
            while !is_done.load(Ordering::Relaxed) {
                fs::rename(&inside, root.join("swapped")).unwrap();
                fs::rename(root.join("swapped"), &inside).unwrap();
                fs::rename(&outside, root.join("swapped")).unwrap();
                fs::rename(root.join("swapped"), &outside).unwrap();
            }
        });
        let look = |_| roots.each_ref().map(|root| outcome(root, "swapped/file"));
        let outcomes: Vec<_> = (0..3_000).flat_map(look).collect();
        is_done.store(true, Ordering::Relaxed);
        for outcome in outcomes {
            let outcome = outcome.as_deref();
            assert!(matches!(outcome, Ok("inside") | Err(Failure::NotFound | Failure::Busy)));
        }
    });
}

#[test]
fn a_root_that_is_built_anew_is_noticed() {
    let outer = tree();
    let root = Root::open(outer.path().join("root"), Links::Beneath, 1_000).unwrap();
    fs::rename(outer.path().join("root"), outer.path().join("old")).unwrap();
    fs::create_dir(outer.path().join("root")).unwrap();
    fs::write(outer.path().join("root/file"), "new").unwrap();
    root.opened_at.store(0, Ordering::Relaxed);
    assert_eq!(outcome(&root, "file").as_deref(), Ok("new"));
    fs::remove_dir_all(outer.path().join("root")).unwrap();
    root.opened_at.store(0, Ordering::Relaxed);
    assert_eq!(outcome(&root, "file"), Err(Failure::NotFound));
}

#[test]
fn failures_are_told_apart() {
    let cases = [
        (Errno::NOENT, Failure::NotFound),
        (Errno::XDEV, Failure::NotFound),
        (Errno::NAMETOOLONG, Failure::NotFound),
        (Errno::LOOP, Failure::NotFound),
        (Errno::NOTDIR, Failure::NotFound),
        (Errno::ACCESS, Failure::Forbidden),
        (Errno::MFILE, Failure::Busy),
        (Errno::NFILE, Failure::Busy),
        (Errno::IO, Failure::Faulty),
    ];
    for (error, expected) in cases {
        assert_eq!(Failure::from(error), expected, "{error}");
        assert_eq!(Failure::from(io::Error::from(error)), expected, "{error}");
    }
}
