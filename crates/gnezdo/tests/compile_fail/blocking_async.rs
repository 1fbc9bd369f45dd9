//! Async functions wait by themselves.

use gnezdo::prelude::*;

#[get("/", blocking)]
//~ an async function waits by `.await`: remove `blocking`, or `async`
async fn declared() {}

async fn index() {}

fn main() {
    let _ = routes![declared];
    let app = App::new().get("/", index.blocking());
    //~ is no handler
    //~ `.blocking()` is for plain functions: an `async fn` waits by `.await`
}
