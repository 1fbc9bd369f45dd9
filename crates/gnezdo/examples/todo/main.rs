//! A small but complete site: people log in, keep a list of tasks, and attach files to them.
//!
//! ```text
//! cargo run -p gnezdo --example todo -- add-user anna secret
//! cargo run -p gnezdo --example todo -- run              log in as anna, with the word secret
//! curl http://127.0.0.1:8080/api/tasks -u anna:secret    the same as JSON
//! ```
//!
//! | | |
//! |---|---|
//! | `accounts.rs` | logging in and out, and who is logged in |
//! | `tasks.rs` | the page: list, add, tick off |
//! | `files.rs` | what is attached to a task |
//! | `api.rs` | the same tasks as JSON |
//! | `store.rs` | where they are kept: SQLite |
//!
//! Tasks are kept in the file that the variable `TODO_DATABASE` names, `todo.sqlite` by default;
//! `TODO_SECRET` has the secret of the sessions, without which they end with the program.

mod accounts;
mod api;
mod files;
mod store;
mod tasks;

use gnezdo::Command;
use gnezdo::prelude::*;
use gnezdo::web::auth::hash_password;
use gnezdo::web::middleware::{RequestId, SecurityHeaders};

use crate::store::Store;

fn main() -> gnezdo::Result {
    let store = Store::open(&std::env::var("TODO_DATABASE").unwrap_or("todo.sqlite".into()))?;
    let secret = match std::env::var("TODO_SECRET") {
        Ok(_) => Secret::from_env("TODO_SECRET")?,
        Err(_) => Secret::generate(),
    };
    let pages = App::new()
        .routes(routes![accounts::login, accounts::check, accounts::logout])
        .routes(routes![tasks::list, tasks::add, tasks::tick, files::attach, files::attachment])
        .wrap(Csrf::new())
        .wrap(Sessions::in_cookie(secret));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/todo/static");
    App::new()
        .nest("", pages)
        .nest("/api", App::new().name("api").routes(routes![api::list, api::add]))
        .mount("/static", Files::builder(folder).listing(false).build()?)
        .state(store.clone())
        .templates(templates!("examples/todo/templates"))
        .command(add_user(store))
        .wrap(SecurityHeaders::new())
        .wrap(RequestId::new())
        .main()
}

fn add_user(store: Store) -> Command {
    let add = move |words: Vec<std::ffi::OsString>| {
        let [Some(name), Some(password)] = [0, 1].map(|at| words.get(at)?.to_str()) else {
            return Err("write a name and a password".into());
        };
        store.add_user(name, &hash_password(password)?)?;
        println!("{name} can log in");
        Ok(())
    };
    Command::new("add-user", "Let somebody log in", add).usage("NAME PASSWORD")
}
