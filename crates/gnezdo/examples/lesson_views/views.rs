//! What the site shows.

// Handlers own their arguments.
#![allow(clippy::needless_pass_by_value)]

use gnezdo::prelude::*;

pub(crate) fn index(page: Page) -> Result<Html<String>, Problem> {
    page.render("index.html", context! { name => "Мир" })
}

pub(crate) fn test(page: Page) -> Result<Html<String>, Problem> {
    page.render("test.html", context! { numbers => [1, 2, 3] })
}
