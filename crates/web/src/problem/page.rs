//! A problem as a page for people: no script, nothing from elsewhere.

use std::fmt::Write;

use gnezdo_core::escape;

use super::Problem;

pub(super) fn write(problem: &Problem, causes: &[String]) -> String {
    let title = escape(problem.title_text());
    let status = problem.status().as_u16();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{status} {title}</title>\n<style>\n{STYLE}</style>\n<main>\n\
         <p class=\"status\">{status}</p>\n<h1>{title}</h1>\n"
    );
    write_rest(problem, causes, &mut page);
    page.push_str("<p><a href=\"/\">Back to the start</a></p>\n</main>\n</html>\n");
    page
}

/// What is there only sometimes. Writing to a `String` cannot fail.
fn write_rest(problem: &Problem, causes: &[String], page: &mut String) {
    if let Some(detail) = problem.detail_text() {
        let _ = writeln!(page, "<p>{}</p>", escape(detail));
    }
    if !problem.invalid_fields().is_empty() {
        page.push_str("<ul>\n");
        for field in problem.invalid_fields() {
            let (path, reason) = (escape(&field.path), escape(&field.reason));
            let _ = writeln!(page, "<li><code>{path}</code> {reason}</li>");
        }
        page.push_str("</ul>\n");
    }
    if let Some(id) = problem.request_id() {
        let _ = writeln!(page, "<p class=\"id\">Request <code>{}</code></p>", escape(id));
    }
    if !causes.is_empty() {
        let text = causes.join("\n");
        let _ = writeln!(page, "<h2>Seen in debug mode only</h2>\n<pre>{}</pre>", escape(&text));
    }
}

const STYLE: &str = "\
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 1rem/1.5 system-ui, sans-serif }
main { padding: 2rem; max-width: 42rem; text-align: center }
h1 { font-size: 1.6rem; font-weight: 600; margin: 0 }
h2 { font-size: 1rem; margin: 2rem 0 0 }
.status { font-size: 4rem; font-weight: 200; line-height: 1; margin: 0; opacity: .5 }
.id, p { opacity: .75 }
ul, pre { text-align: left }
pre { white-space: pre-wrap; padding: 1rem; border: 1px solid; border-radius: .5rem }
";
