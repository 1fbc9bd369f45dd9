//! A type in `routes!` that is not that of an attribute.

use gnezdo::prelude::*;

struct Index;

fn main() {
    let _ = routes![Index];
    //~ `Index` has no route
    //~ write an attribute such as `#[get("/")]` above the function
}
