//! More arguments than a handler takes.

use gnezdo::prelude::*;

type M = Method;

#[get("/")]
fn function(_: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M) {}
//~ a handler takes up to 12 arguments, and this one has 13

fn main() {
    let _ = routes![function];
    let closure =
        |_: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M, _: M| "Hello";
    let app = App::new().get("/", closure);
    //~ is no handler
    //~ of up to 12 arguments
}
