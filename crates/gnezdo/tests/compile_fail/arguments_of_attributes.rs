//! Arguments that an attribute does not take.

use gnezdo::prelude::*;

#[get("/", nmae = "home")]
//~ there is no argument `nmae`; there are `name = "…"`, `blocking` and `wrap = …`
fn unknown() {}

#[get("/", name = "a", name = "b")]
//~ `name` is there twice
fn twice() {}

#[get("/", name)]
//~ `name` needs a value: write name = "home"
fn no_value() {}

#[get("/", methods = ["GET"])]
//~ this attribute is for GET only: for other methods write #[route(…)]
fn methods_of_get() {}

#[route("/", methods = ["get"])]
//~ methods are written in capitals: "GET"
fn small() {}

#[route("/", methods = ["GTE"])]
//~ there is no method "GTE" among GET, HEAD, POST
fn no_method() {}

#[route("/", methods = [])]
//~ name one, or leave out `methods` for all of them
fn no_methods() {}

#[get("/", wrap = 7)]
//~ `{integer}` is no middleware
fn no_middleware() {}

fn main() {
    let _ = routes![unknown, twice, no_value, methods_of_get, small, no_method, no_methods];
    let _ = routes![no_middleware];
}
