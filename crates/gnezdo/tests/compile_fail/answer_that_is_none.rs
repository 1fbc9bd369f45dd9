//! Functions that return what cannot be sent.

use gnezdo::prelude::*;

struct User;

#[get("/plain")]
fn plain() -> User {
    //~ `User` is no answer
    //~ return `Json(value)`, or implement `IntoResponse`
    User
}

#[get("/async")]
async fn asynchronous() -> User {
    //~ `User` is no answer
    User
}

#[get("/blocking", blocking)]
fn blocking() -> User {
    //~ `User` is no answer
    User
}

#[get("/tuple")]
fn tuple() -> (StatusCode, User) {
    //~ `User` is no answer
    (StatusCode::OK, User)
}

#[get("/parts")]
fn parts() -> (User, &'static str) {
    //~ `User` is no part of an answer
    (User, "content")
}

fn main() {
    let _ = routes![plain, asynchronous, blocking, tuple, parts];
}
