//! The lesson's site, with views and templates in files of their own:
//! `cargo run -p gnezdo --example lesson_views -- run`.
//!
//! `/` and `/test` are pages; another address is 404, and another method than GET is 405.

mod views;

use gnezdo::prelude::*;

fn urlpatterns() -> Vec<Route> {
    vec![get("/", views::index), get("/test", views::test)]
}

fn main() -> gnezdo::Result {
    App::new().templates(templates!("examples/lesson_views/templates")).routes(urlpatterns()).main()
}
