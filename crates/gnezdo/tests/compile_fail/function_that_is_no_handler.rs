//! Without an attribute the compiler is only asked about a function as a whole.

use gnezdo::prelude::*;

struct User;

fn greeting(user: User) {}

fn main() {
    let app = App::new().get("/", greeting);
    //~ is no handler
    //~ with an attribute such as `#[get("/")]` above the function, an error of its own points
    let app = app.get("/", "Hello");
    //~ `&str` is no handler
}
