//! What most test suites ask for.

use gnezdo::http::HeaderMap;
use gnezdo::web::Cookies;
use gnezdo::{App, IntoResponse, Request, Response};

/// The app with their routes, to which others are added.
pub(crate) fn routes() -> App {
    App::new()
        // In a word, whatever is accepted and wherever it runs.
        .on_problem(|problem, _| {
            let text = format!("{}\n", problem.status());
            Some((problem.status(), text).into_response())
        })
        .get("/", || "OK")
        .options("/", || "OK")
        .post("/", give_back)
        .put("/", give_back)
        .patch("/", give_back)
        .delete("/", give_back)
        .get("/echo", |fields: HeaderMap| lines(&fields))
        .post("/echo", |fields: HeaderMap| lines(&fields))
        .get("/cookie", |sent: Cookies| cookies(&sent))
}

/// The content comes back as it arrives, not when it is complete. Where there is none, suites
/// want to see some all the same.
fn give_back(request: Request) -> Response {
    let content = request.into_body();
    if content.length() == Some(0) {
        Response::new("nothing came\n".into())
    } else {
        Response::new(content)
    }
}

/// Fields, one a line.
pub(crate) fn lines(fields: &HeaderMap) -> Vec<u8> {
    let mut text = Vec::new();
    for (name, value) in fields {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"] {
            text.extend_from_slice(part);
        }
    }
    text
}

/// Cookies, one a line.
fn cookies(cookies: &Cookies) -> String {
    cookies.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}
