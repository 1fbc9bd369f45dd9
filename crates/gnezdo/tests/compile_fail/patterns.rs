//! Patterns that no app could make right, and what is no pattern.

use gnezdo::prelude::*;

const PATTERN: &str = "/";

#[get]
//~ the pattern of the route is missing: write ("/")
fn missing() {}

#[get()]
//~ the pattern of the route is missing: write ("/")
fn empty() {}

#[get(PATTERN)]
//~ the pattern comes first and is a string literal
fn computed() {}

#[get(name = "x")]
//~ the pattern comes first and is a string literal
fn not_first() {}

#[get("user")]
//~ a pattern begins with a slash: write "/user"
fn no_slash() {}

#[get("/{name")]
//~ the parameter in `{name` has to be closed and to fill its segment
fn not_closed() {}

#[get("/{a}/{a:int}")]
//~ two parameters are named `a`; choose another name
fn repeated() {}

#[get("/post/<int:id>")]
//~ `<int:id>` is written `{id:int}` here
fn of_flask() {}

#[get("/good")]
#[get("/{*rest}")]
//~ `{*rest}` is written `{rest:path}` here
#[post("bad")]
//~ a pattern begins with a slash: write "/bad"
fn several() {}

fn main() {
    // What is wrong is told once.
    let _ = routes![missing, empty, computed, not_first, no_slash, not_closed, repeated];
    let _ = routes![of_flask, several];
}
