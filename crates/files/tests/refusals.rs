//! Nothing outside of the root, nothing hidden, nothing that is no file, is ever served.

mod support;

use std::fs;
use std::os::unix::fs::symlink;

use gnezdo_files::Files;
use support::{Site, get, request};

const SECRET: &str = "the secret beside the root";

/// A site with a secret beside its root, served with and without `openat2`.
fn guarded() -> (Site, [Files; 2]) {
    let site = Site::new(&[("index.html", "index"), ("a/file", "file"), ("a/b/file", "deep")]);
    let parent = site.root().parent().unwrap().to_owned();
    fs::write(parent.join("secret"), SECRET).unwrap();
    fs::create_dir(parent.join("root-sibling")).unwrap();
    fs::write(parent.join("root-sibling/secret"), SECRET).unwrap();
    let files = [site.files(), site.builder().without_openat2().build().unwrap()];
    (site, files)
}

#[test]
fn no_way_of_writing_the_parent_leads_there() {
    let (_site, files) = guarded();
    let parents = [
        "..",
        "%2e%2e",
        "%2E%2e",
        ".%2e",
        "%2e.",
        "..%00",
        "..;",
        "..;a=b",
        "%252e%252e",
        "..%20",
        "..%09",
        "..%0a",
        "..%0d%0a",
        "%c0%ae%c0%ae",
        "%e0%80%ae%e0%80%ae",
        "%uff0e%uff0e",
        "%u002e%u002e",
        "..%01",
        "...",
        "....",
        "%ff..",
        "..%ff",
        "x/..",
        "a/b/..",
        ".%00.",
        "%2e%00%2e",
        "./..",
        "%c0%2e%c0%2e",
        "%ef%bc%8e%ef%bc%8e",
        "..%3f",
        "..%23",
        "~",
        "~root",
    ];
    let separators = [
        "/",
        "//",
        "///",
        "%2f",
        "%2F",
        "%5c",
        "%5C",
        "\\",
        "%252f",
        "%255c",
        "%c0%af",
        "%c1%9c",
        "%e0%80%af",
        "%25%32%66",
        "/./",
        "/%2e/",
        "%u2215",
        "%u2216",
        "/%5c",
        "%2f/",
        ";/",
    ];
    let prefixes = ["/", "//", "/a/", "/a/b/", "/a/b/c/", "/%2f", "/index.html/", "/.well-known/"];
    let targets = ["secret", "root-sibling/secret", "etc/passwd", "root/index.html"];
    let mut count = 0;
    for parent in parents {
        for separator in separators {
            for depth in [1, 2, 3, 8] {
                let climb = format!("{parent}{separator}").repeat(depth);
                for (prefix, target) in prefixes.iter().flat_map(|p| targets.map(|t| (p, t))) {
                    let path = format!("{prefix}{climb}{target}");
                    count += refused(&files, &path);
                }
            }
        }
    }
    assert!(count > 50_000, "only {count} paths could be asked for");
}

#[test]
fn no_absolute_path_leads_out() {
    let (site, files) = guarded();
    let secret = site.root().parent().unwrap().join("secret");
    let paths = [
        format!("/{}", secret.display()),
        secret.display().to_string(),
        format!("/%2f{}", secret.display()),
        "/file:///etc/passwd".to_owned(),
        "//etc/passwd".to_owned(),
        "/-sibling/secret".to_owned(),
        "/../root-sibling/secret".to_owned(),
        "/proc/self/environ".to_owned(),
        "/C:/windows/win.ini".to_owned(),
        "/%00/etc/passwd".to_owned(),
        "/index.html%00.png".to_owned(),
        "/index.html%20".to_owned(),
        "/index.html::$DATA".to_owned(),
    ];
    for path in paths {
        assert_eq!(refused(&files, &path), 1, "{path}");
    }
}

/// 1 if the path could be asked for; what it gave is then checked.
fn refused(files: &[Files; 2], path: &str) -> usize {
    let Ok(uri) = path.parse::<http::Uri>() else {
        return 0;
    };
    // The walk would refuse the same; the tables of the resolver see to that. One request in
    // a hundred shows that it is really asked.
    let files = &files[usize::from(path.len().is_multiple_of(100))];
    let mut request = request("GET", "/", &[]);
    *request.uri_mut() = uri;
    let answer = support::read(gnezdo_core::Service::call(files, request));
    let is_ours = matches!(answer.body.as_slice(), b"index" | b"file" | b"deep");
    assert!(answer.status == 404 || answer.status == 301 || is_ours, "{path}: {answer:?}");
    assert!(!answer.text().contains(SECRET) && !answer.text().contains("root:"), "{path}");
    let location = answer.field("location").unwrap_or("/");
    assert!(location.starts_with('/') && !location.starts_with("//"), "{path}: {location}");
    1
}

#[test]
fn links_are_followed_within_the_root_only() {
    let (site, files) = guarded();
    symlink("a/file", site.path("inside")).unwrap();
    symlink("../secret", site.path("outside")).unwrap();
    symlink("..", site.path("up")).unwrap();
    symlink(site.path("a/file"), site.path("absolute")).unwrap();
    symlink("self", site.path("self")).unwrap();
    for files in &files {
        assert_eq!(get(files, "/inside").text(), "file");
        for target in ["/outside", "/up/secret", "/up/", "/up", "/absolute", "/self"] {
            assert_eq!(get(files, target).status, 404, "{target}");
        }
    }
    for builder in [site.builder(), site.builder().without_openat2()] {
        let files = builder.follow_symlinks(true).build().unwrap();
        assert_eq!(get(&files, "/outside").text(), SECRET);
        assert_eq!(get(&files, "/up/secret").text(), SECRET);
        assert_eq!(get(&files, "/absolute").text(), "file");
        assert_eq!(get(&files, "/self").status, 404);
    }
}

#[test]
fn pages_of_the_site_cannot_be_links_out_either() {
    let (site, files) = guarded();
    fs::remove_file(site.path("index.html")).unwrap();
    for name in ["index.html", "404.html", "a/file.br"] {
        symlink("../secret", site.path(name)).unwrap();
    }
    for files in &files {
        assert_eq!(
            get(files, "/nothing").text(),
            "404 Not Found: There is nothing at this address.\n"
        );
        assert_eq!(get(files, "/index.html").status, 404);
        assert!(!get(files, "/").text().contains("secret"));
    }
}

#[test]
fn hidden_names_are_not_served_unless_that_is_wanted() {
    let paths = [".env", ".git/config", "a/.htaccess", ".well-known/.secret", "a/.well-known/x"];
    let site = Site::new(&paths.map(|path| (path, "hidden")));
    site.write(".well-known/security.txt", "contact");
    let (closed, open) = (site.files(), site.builder().hidden(true).build().unwrap());
    for path in paths {
        for target in [format!("/{path}"), format!("/{}", path.replace('.', "%2E"))] {
            assert_eq!(get(&closed, &target).status, 404, "{target}");
            assert_eq!(get(&open, &target).text(), "hidden", "{target}");
        }
    }
    assert_eq!(get(&closed, "/.git").status, 404);
    assert_eq!(get(&closed, "/.git/").status, 404);
    assert_eq!(get(&closed, "/.well-known/security.txt").text(), "contact");
}

#[test]
fn what_is_no_regular_file_is_not_found_and_blocks_nobody() {
    use rustix::fs::{CWD, Mode, mkfifoat};
    let (site, files) = guarded();
    fs::remove_file(site.path("index.html")).unwrap();
    mkfifoat(CWD, site.path("index.html"), Mode::RWXU).unwrap();
    fs::create_dir(site.path("404.html")).unwrap();
    fs::create_dir(site.path("a/index.html")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(site.path("socket")).unwrap();
    for files in &files {
        assert_eq!(get(files, "/index.html").status, 404);
        assert_eq!(get(files, "/socket").status, 404);
        // Neither stands for its folder.
        assert!(get(files, "/").text().contains("root"));
        assert!(get(files, "/a/").text().contains("file"));
        assert_eq!(get(files, "/nothing").status, 404);
    }
}

#[test]
fn names_and_paths_beyond_all_measure_are_not_found() {
    let (_site, files) = guarded();
    let name = "a".repeat(300);
    let deep = "/a".repeat(1500);
    let wide = "/".repeat(5000);
    for files in &files {
        assert_eq!(get(files, &format!("/{name}")).status, 404);
        assert_eq!(get(files, &format!("/a/{name}/b")).status, 404);
        assert_eq!(get(files, &deep).status, 404);
        assert_eq!(get(files, &"/%61".repeat(1500)).status, 404);
        assert_eq!(get(files, &format!("{wide}a/file")).text(), "file");
        assert_eq!(get(files, &format!("/{}", "%ff".repeat(255))).status, 404);
    }
}

#[test]
fn a_file_that_may_not_be_read_is_forbidden() {
    use std::os::unix::fs::PermissionsExt;
    let (site, files) = guarded();
    fs::set_permissions(site.path("a/file"), fs::Permissions::from_mode(0o0)).unwrap();
    // Root may read everything.
    if fs::File::open(site.path("a/file")).is_ok() {
        return;
    }
    for files in &files {
        assert_eq!(get(files, "/a/file").status, 403);
    }
}
