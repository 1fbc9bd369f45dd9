//! The lesson's three converters: `cargo run -p gnezdo --example lesson_flask -- run`.
//!
//! ```text
//! /user/<b>Анна</b>   User &lt;b&gt;Анна&lt;/b&gt;
//! /post/7             Post 7
//! /path/a/b/c         Subpath a/b/c
//! ```

use gnezdo::prelude::*;

#[get("/user/{name}")]
fn profile(Path(name): Path<String>) -> Html<String> {
    Html(format!("User {}", escape(&name)))
}

#[get("/post/{post_id:int}")]
fn post(Path(post_id): Path<u64>) -> String {
    format!("Post {post_id}")
}

#[get("/path/{subpath:path}")]
fn sub(Path(subpath): Path<String>) -> String {
    format!("Subpath {subpath}")
}

fn main() -> gnezdo::Result {
    App::new().routes(routes![profile, post, sub]).main()
}
