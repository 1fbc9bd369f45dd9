//! Functions in `routes!` that declare no route: a type would be there if they did.

use gnezdo::prelude::*;

mod views {
    pub fn about() {}
}

struct NotARoute;

fn index() {}

fn main() {
    let _ = routes![
        index,
        //~ expected type, found function `index`
        views::about,
        //~ expected type, found function `views::about`
    ];
}
