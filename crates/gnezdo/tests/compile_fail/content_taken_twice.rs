//! Two arguments that take the content.

use gnezdo::prelude::*;

#[post("/")]
fn create(
    //~ is no handler
    text: String,
    //~ `String` is no argument of a handler, or can only be its last
    //~ arguments that take the content can only be the last
    Json(number): Json<u64>,
) {
}

fn main() {
    let _ = routes![create];
}
