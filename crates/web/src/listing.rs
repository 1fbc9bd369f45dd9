//! All routes of an app, as a table for people and as JSON for programs.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use gnezdo_core::Command;
use serde::Serialize;

use crate::app::App;
use crate::middleware::Layer;
use crate::route::Methods;
use crate::site::{Live, Mount, Site};

/// A route, or a mounted service with `/…` after its prefix, as `routes` lists it.
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
        let routes = site.routes.iter().map(|route| Self::of(site, route));
        routes.chain(site.mounts.iter().map(|mount| Self::of_mount(site, mount))).collect()
    }

    fn of_mount(site: &Site, mount: &Mount) -> Self {
        Self {
            methods: Vec::new(),
            host: mount.host.clone(),
            pattern: format!("{}/…", mount.prefix.text().trim_end_matches('/')),
            name: None,
            handler: mount.service_name.into(),
            file: mount.declared_at.file().into(),
            line: mount.declared_at.line(),
            middleware: layers(site, mount.host.as_deref(), &mount.layers),
        }
    }

    fn of(site: &Site, route: &Live) -> Self {
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
            middleware: layers(site, route.host.as_deref(), &route.layers),
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

/// The names of all middleware around something, the outermost first.
fn layers(site: &Site, host: Option<&str>, own: &[Layer]) -> Vec<String> {
    let all = site.layers.iter().chain(site.layers_of(host)).chain(own);
    all.map(|layer| layer.name.clone()).collect()
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
