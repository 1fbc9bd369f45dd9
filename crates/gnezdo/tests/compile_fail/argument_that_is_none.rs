//! Arguments of types that have nothing to do with requests.

use gnezdo::prelude::*;

struct User;

#[get("/{name}")]
fn greeting(
    //~ is no handler
    user: User,
    //~ `User` is no argument of a handler, or can only be its last
    //~ implement `FromHead` for your own
    Path(name): Path<String>,
) -> String {
    name
}

#[get("/")]
async fn index(
    //~ is no handler
    user: User,
    //~ `User` is no argument of a handler
    //~ a handler takes `Path<…>`
) {
}

#[get("/{name}")]
fn borrowed(name: &str) {}
//~ is no handler
//~ `&str` is no argument of a handler

fn main() {
    let _ = routes![greeting, index, borrowed];
}
