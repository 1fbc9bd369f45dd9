//! Arguments and answers that would fit, were it not for the type in them.

use gnezdo::prelude::*;

struct User;

#[post("/json")]
fn json(Json(user): Json<User>) {}
//~ `Json<T>` and `Form<T>` need a `T` that can be read: `#[derive(serde::Deserialize)]`

#[post("/form")]
fn form(Form(user): Form<User>) {}
//~ `Json<T>` and `Form<T>` need a `T` that can be read: `#[derive(serde::Deserialize)]`

#[post("/query")]
fn query(Query(user): Query<User>) {}
//~ consider adding `#[derive(serde::Deserialize)]` to your `User` type

#[get("/{name}")]
fn path(Path(user): Path<User>) {}
//~ `User` is no parameter of a path
//~ take text (`String`), a number

#[get("/state")]
fn state(State(user): State<User>) {}
//~ consider annotating `User` with `#[derive(Clone)]`

#[get("/html")]
fn html() -> Html<User> {
    //~ `User` is no text of a page
    Html(User)
}

#[get("/json")]
fn answer() -> Json<User> {
    //~ consider adding `#[derive(serde::Serialize)]` to your `User` type
    Json(User)
}

fn main() {
    let _ = routes![json, form, query, path, state, html, answer];
}
