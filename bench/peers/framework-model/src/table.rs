//! A page with a table of 50 rows: its template, and its data as a request makes it.

use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, context};
use serde::Serialize;

/// The name of the template. Its ending switches escaping for HTML on.
pub const TABLE_TEMPLATE: &str = "table.html";

/// The templates: their names and their texts.
pub const TEMPLATES: [(&str, &str); 1] = [(TABLE_TEMPLATE, include_str!("table.html"))];

const ROWS: u32 = 50;
const KINDS: [&str; 5] = ["Nest box", "Feeder", "Bird bath", "Perch", "Owl box"];
/// Some have to be escaped.
const MAKERS: [&str; 4] = ["Finch & Sons", "The \"Starling\"", "Nordwind", "Rook <Ltd>"];

#[derive(Serialize)]
struct Row {
    number: u32,
    name: String,
    maker: &'static str,
    price: String,
    stock: u32,
}

/// The templates, read.
///
/// # Errors
/// If the template does not parse.
pub fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

/// What the template is rendered with, made anew.
pub fn table() -> Value {
    let rows: Vec<Row> = (1..=ROWS).map(row).collect();
    context! { title => "What birds like", rows => Serde(rows) }
}

fn row(number: u32) -> Row {
    let kind = KINDS[number as usize % KINDS.len()];
    let cents = number * 137;
    Row {
        number,
        name: format!("{kind} no. {number}"),
        maker: MAKERS[number as usize % MAKERS.len()],
        price: format!("{}.{:02}", cents / 100, cents % 100),
        stock: number * 7 % 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_every_server_has_to_answer() {
        let environment = environment().unwrap();
        let page = environment.get_template(TABLE_TEMPLATE).unwrap().render(table()).unwrap();
        assert_eq!(page, include_str!("../../../documents/table.html"));
    }
}
