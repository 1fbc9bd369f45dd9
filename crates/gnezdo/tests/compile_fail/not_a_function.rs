//! Attributes above what cannot be a route.

use gnezdo::prelude::*;

#[get("/")]
struct Index;
//~ a route is declared on a function: `fn` or `async fn`

#[get("/")]
const CONSTANT: &str = "Hello";
//~ a route is declared on a function: `fn` or `async fn`

struct Site;

impl Site {
    #[get("/")]
    fn index(&self) {}
    //~ a method cannot be a route
    //~ take what it needs by `State<…>`
}

#[get("/")]
fn generic<T>() {}
//~ a generic function cannot be a route

#[get("/")]
fn unnamed(_: impl Sized) {}
//~ write it in place of `impl …`

#[get("/")]
unsafe fn careless() {}
//~ an unsafe function cannot be a route: remove `unsafe`

#[get("/")]
extern "C" fn foreign() {}
//~ a foreign function cannot be a route: remove `extern`

fn main() {}
