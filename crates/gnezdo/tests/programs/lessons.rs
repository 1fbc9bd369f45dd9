//! The sites of the lessons answer as the lessons say.

use crate::{Running, ended_of, example, text};

/// What an example answers: its status and its content.
fn check(name: &str, cases: &[(&str, u16, &str)]) {
    let program = Running::start(&mut example(name), &[]);
    for (path, status, content) in cases {
        let answer = program.get(path);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
        assert!(answer.ends_with(content), "{path}: {answer}");
    }
}

#[test]
fn three_answers_have_three_status_codes() {
    check(
        "lesson_status",
        &[
            ("/", 200, "\r\n\r\nПривет!\n"),
            ("/admin", 403, "\r\n\r\nСюда нельзя\n"),
            ("/elsewhere", 404, "\r\n\r\nТакого нет\n"),
            ("/admin/x", 404, "\r\n\r\nТакого нет\n"),
        ],
    );
}

#[test]
fn three_converters_take_what_they_say() {
    check(
        "lesson_flask",
        &[
            ("/user/%D0%90%D0%BD%D0%BD%D0%B0", 200, "\r\n\r\nUser Анна"),
            ("/user/%3Cscript%3E", 200, "\r\n\r\nUser &lt;script&gt;"),
            ("/post/7", 200, "\r\n\r\nPost 7"),
            ("/post/seven", 404, "\"status\":404}"),
            ("/path/a/b/c", 200, "\r\n\r\nSubpath a/b/c"),
        ],
    );
}

#[test]
fn views_show_templates() {
    check(
        "lesson_views",
        &[
            ("/", 200, "<h1>Привет, Мир!</h1>\n<p><a href=\"/test\">Проверка</a></p>\n</html>"),
            ("/test", 200, "<p><a href=\"/\">На главную</a></p>\n</html>"),
            ("/test/", 308, "\r\n\r\n"),
            ("/elsewhere", 404, "\"status\":404}"),
        ],
    );
}

#[test]
fn views_take_no_other_method_than_theirs() {
    let program = Running::start(&mut example("lesson_views"), &[]);
    let answer = program.ask("POST", "/test");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    assert!(answer.contains("\r\nallow: GET, HEAD, OPTIONS\r\n"), "{answer}");
    assert!(answer.ends_with("\"status\":405}"), "{answer}");
    assert!(program.get("/test").starts_with("HTTP/1.1 200 "));
}

#[test]
fn routes_are_listed_for_people_and_programs() {
    let list = ended_of("lesson_views", &["routes"]);
    let list = text(&list.stdout);
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("METHOD  PATTERN  NAME"), "{list}");
    assert!(lines[2].contains("GET     /test    test   lesson_views::views::test"), "{list}");
    let json = ended_of("lesson_flask", &["routes", "--json"]);
    assert!(text(&json.stdout).contains("\"pattern\": \"/post/{post_id:int}\""));
    let wrong = ended_of("lesson_flask", &["routes", "--yaml"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        text(&wrong.stderr).contains("\"--yaml\" is one word too many; write --json or nothing")
    );
}
