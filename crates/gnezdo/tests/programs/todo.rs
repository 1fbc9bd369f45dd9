//! The example `todo`, used by curl as a person would: log in, add, tick off, attach, log out.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::{Running, example, text};

const NAME: &str = "anna";
const PASSWORD: &str = "four words of straw";

/// The site, and somebody who visits it.
struct Visit {
    site: Running,
    folder: TempDir,
}

impl Visit {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let todo = || {
            let mut todo = example("todo");
            todo.env("TODO_DATABASE", folder.path().join("todo.sqlite"));
            todo
        };
        let added = todo().args(["add-user", NAME, PASSWORD]).output().unwrap();
        assert!(added.status.success(), "{}", text(&added.stderr));
        assert_eq!(text(&added.stdout), "anna can log in\n");
        Self { site: Running::start(&mut todo(), &[]), folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What curl prints of a path: head and content. Cookies are kept.
    fn ask(&self, path: &str, words: &[&str]) -> String {
        String::from_utf8_lossy(&self.octets(path, &[&["--include"], words].concat())).into_owned()
    }

    fn octets(&self, path: &str, words: &[&str]) -> Vec<u8> {
        let (jar, address) = (self.path("cookies"), self.site.addresses().next().unwrap());
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--max-time", "20"]);
        curl.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar).args(words);
        let told = curl.arg(format!("http://{address}{path}")).output().expect("curl is there");
        assert!(told.status.success(), "{path}: {}", text(&told.stderr));
        told.stdout
    }

    /// The token in the forms of a page.
    fn token(&self, path: &str) -> String {
        let page = self.ask(path, &[]);
        let start = page.split("name=\"csrf_token\" value=\"").nth(1).expect("a form with a token");
        format!("csrf_token={}", start.split('"').next().unwrap())
    }

    /// Sends a form with its token; where that leads.
    fn send(&self, page: &str, path: &str, fields: &[&str]) -> String {
        let token = self.token(page);
        let mut words = vec!["--data-urlencode", &token];
        for field in fields {
            words.extend(["--data-urlencode", field]);
        }
        let answer = self.ask(path, &words);
        assert!(answer.starts_with("HTTP/1.1 303 "), "{path}: {answer}");
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        location.expect("a location").trim().to_owned()
    }

    fn log_in(&self) {
        let password = format!("password={PASSWORD}");
        assert_eq!(self.send("/login", "/login", &["name=anna", &password]), "/");
    }
}

#[test]
fn somebody_logs_in_works_and_logs_out() {
    let visit = Visit::new();
    assert!(visit.ask("/", &[]).contains("location: /login"));
    assert_eq!(visit.send("/login", "/login", &["name=anna", "password=wrong"]), "/login");
    assert!(visit.ask("/login", &[]).contains("Nobody has this name and password."));
    visit.log_in();
    assert!(visit.ask("/", &[]).contains("Welcome, anna!"));
    assert!(!visit.ask("/", &[]).contains("Welcome, anna!"), "a message is shown once");

    visit.send("/", "/tasks", &["title=Straw & <twigs>"]);
    let page = visit.ask("/", &[]);
    assert!(page.contains("Straw &amp; &lt;twigs&gt;"), "{page}");
    visit.send("/", "/tasks", &["title="]);
    assert!(visit.ask("/", &[]).contains("title: "), "what is wrong is told");
    visit.send("/", "/tasks/1/tick", &[]);
    assert!(visit.ask("/", &[]).contains("class=\"done\""));

    assert_eq!(visit.send("/", "/logout", &[]), "/login");
    assert!(visit.ask("/", &[]).contains("location: /login"));
}

#[test]
fn a_file_is_attached_and_comes_back_as_it_went() {
    let visit = Visit::new();
    visit.log_in();
    visit.send("/", "/tasks", &["title=Moss"]);
    let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = visit.path("plan of the nest.bin");
    std::fs::write(&file, &content).unwrap();
    let (token, form) = (visit.token("/"), format!("file=@{}", file.display()));
    let answer = visit.ask("/tasks/1/file", &["--form", &token, "--form", &form]);
    assert!(answer.contains("location: /"), "{answer}");
    assert!(visit.ask("/", &[]).contains("plan of the nest.bin is attached."));
    assert!(visit.octets("/tasks/1/file", &[]) == content);
    assert!(visit.ask("/tasks/2/file", &[]).starts_with("HTTP/1.1 404 "));
}

#[test]
fn a_file_needs_a_task_and_a_name() {
    let visit = Visit::new();
    visit.log_in();
    visit.send("/", "/tasks", &["title=Moss"]);
    let token = visit.token("/");
    let attach = |path: &str, form: &str| visit.ask(path, &["--form", &token, "--form", form]);
    let answer = attach("/tasks/2/file", "file=moss;filename=moss.txt");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    let answer = attach("/tasks/1/file", "file=moss");
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    let page = visit.ask("/", &[]);
    assert!(page.contains("Choose a file first.") && !page.contains("is attached."), "{page}");
}

#[test]
fn a_form_without_its_token_is_refused() {
    let visit = Visit::new();
    visit.log_in();
    let answer = visit.ask("/tasks", &["--data", "title=forged"]);
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let other = ["--data", "title=forged", "--header", "Sec-Fetch-Site: cross-site"];
    assert!(visit.ask("/tasks", &other).starts_with("HTTP/1.1 403 "));
    assert!(!visit.ask("/", &[]).contains("forged"));
}

#[test]
fn programs_have_the_tasks_as_json() {
    let visit = Visit::new();
    let user = format!("{NAME}:{PASSWORD}");
    let json = ["--header", "Content-Type: application/json"];
    let add = |title: &str| {
        visit.ask("/api/tasks", &[&json[..], &["--user", &user, "--data", title]].concat())
    };
    let added = add(r#"{"title": "Twigs"}"#);
    assert!(added.starts_with("HTTP/1.1 201 "), "{added}");
    assert!(added.ends_with(r#"{"id":1,"title":"Twigs","done":false,"file_name":null}"#));
    let refused = add(r#"{"title": ""}"#);
    assert!(refused.starts_with("HTTP/1.1 422 "), "{refused}");
    assert!(refused.contains(r#""path":"title""#), "{refused}");
    let list = visit.ask("/api/tasks", &["--user", &user]);
    assert!(list.ends_with(r#"[{"id":1,"title":"Twigs","done":false,"file_name":null}]"#));
    for words in [&[][..], &["--user", "anna:wrong"], &["--user", "nobody:x"]] {
        let answer = visit.ask("/api/tasks", words);
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert_eq!(answer.matches("\r\nwww-authenticate: Basic realm=").count(), 1, "{answer}");
    }
}
