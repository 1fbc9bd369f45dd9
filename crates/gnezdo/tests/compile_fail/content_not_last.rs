//! An argument that takes the content before one that only looks.

use gnezdo::prelude::*;

#[post("/{id:int}")]
async fn change(
    //~ is no handler
    Json(text): Json<String>,
    //~ `gnezdo::Json<String>` is no argument of a handler, or can only be its last
    //~ arguments that take the content can only be the last
    Path(id): Path<u64>,
) {
}

fn main() {
    let _ = routes![change];
}
