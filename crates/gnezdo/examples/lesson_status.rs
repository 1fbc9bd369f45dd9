//! Three answers with three status codes, as in the lesson:
//! `cargo run -p gnezdo --example lesson_status -- run`.
//!
//! `/` is 200, `/admin` is 403, and everything else 404, each in words of its own.

use gnezdo::prelude::*;

#[get("/")]
fn index() -> &'static str {
    "Привет!\n"
}

#[get("/admin")]
fn admin() -> (StatusCode, &'static str) {
    (StatusCode::FORBIDDEN, "Сюда нельзя\n")
}

fn main() -> gnezdo::Result {
    App::new()
        .routes(routes![index, admin])
        .on_problem(|problem, _| {
            let is_missing = problem.status() == StatusCode::NOT_FOUND;
            is_missing.then(|| (StatusCode::NOT_FOUND, "Такого нет\n").into_response())
        })
        .main()
}
