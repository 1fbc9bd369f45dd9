//! Futures that cannot go to another thread.

use std::rc::Rc;

use gnezdo::prelude::*;

async fn wait() {}

#[get("/")]
async fn index() -> String {
    //~ future cannot be sent between threads safely
    //~ future returned by `index` is not `Send`
    let text = Rc::new(String::from("Hello"));
    wait().await;
    text.to_string()
}

fn main() {
    let _ = routes![index];
}
