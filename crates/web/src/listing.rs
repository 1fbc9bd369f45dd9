//! All routes of an app, as a table for people and as JSON for programs.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use gnezdo_core::Command;
use serde::Serialize;

use crate::app::App;
use crate::route::Methods;
use crate::site::{Live, Site};

/// A route, as `routes` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteInfo {
    /// The methods; empty for all of them.
    pub methods: Vec<String>,
    /// The host, if the route is for one only.
    pub host: Option<String>,
    /// The pattern, with the prefixes of the apps around it.
    pub pattern: String,
    /// The name by which `url_for` knows it.
    pub name: Option<String>,
    /// The handler, with its modules.
    pub handler: String,
    /// The file in which it was declared.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The middleware around it, the outermost first.
    pub middleware: Vec<String>,
}

impl RouteInfo {
    pub(crate) fn list(site: &Site) -> Vec<Self> {
        site.routes.iter().map(|route| Self::of(site, route)).collect()
    }

    fn of(site: &Site, route: &Live) -> Self {
        let layers = site.layers.iter().chain(&route.layers);
        Self {
            methods: match &route.methods {
                Methods::Any => Vec::new(),
                Methods::Only(methods) => methods.iter().map(ToString::to_string).collect(),
            },
            host: route.host.clone(),
            pattern: route.pattern.text().into(),
            name: route.name.clone(),
            handler: route.handler_name.clone(),
            file: route.declared_at.file().into(),
            line: route.declared_at.line(),
            middleware: layers.map(|layer| layer.name.clone()).collect(),
        }
    }

    /// The columns of the table.
    fn columns(&self) -> [String; 6] {
        let methods = self.methods.join(",");
        let host = self.host.as_deref().unwrap_or_default();
        [
            if methods.is_empty() { "*".into() } else { methods },
            format!("{host}{}", self.pattern),
            self.name.clone().unwrap_or_default(),
            self.handler.clone(),
            format!("{}:{}", self.file, self.line),
            self.middleware.join(" "),
        ]
    }
}

/// Routes as a table.
fn table(routes: &[RouteInfo]) -> String {
    let head =
        ["METHOD", "PATTERN", "NAME", "HANDLER", "DECLARED AT", "MIDDLEWARE"].map(String::from);
    let rows: Vec<[String; 6]> =
        std::iter::once(head).chain(routes.iter().map(RouteInfo::columns)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3, 4, 5].map(|column| width(column).unwrap_or_default());
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            // Writing to a `String` cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The command that lists the routes of an app.
pub(crate) fn routes_command(app: App) -> Command {
    let list = move |words: Vec<OsString>| {
        app.check()?;
        let routes = app.route_list();
        let text = match words.as_slice() {
            [] => table(&routes),
            [word] if word == "--json" => serde_json::to_string_pretty(&routes)? + "\n",
            [word, ..] => {
                return Err(
                    format!("{word:?} is one word too many; write --json or nothing").into()
                );
            }
        };
        match io::stdout().write_all(text.as_bytes()) {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => Ok(result?),
        }
    };
    Command::new("routes", "List the routes of the app", list).usage("[--json]")
}
