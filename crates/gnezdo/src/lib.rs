//! Gnezdo (гнездо: "nest", and the Russian word for a socket): HTTP from the socket up.
//!
//! One engine serves folders and applications, and runs the same application under every
//! classic server architecture. A whole program:
//!
//! ```no_run
//! use gnezdo::prelude::*;
//!
//! #[get("/user/{name}")]
//! fn profile(Path(name): Path<String>) -> Html<String> { Html(format!("User {}", escape(&name))) }
//!
//! #[get("/post/{post_id:int}")]
//! fn post(Path(post_id): Path<u64>) -> String { format!("Post {post_id}") }
//!
//! #[get("/path/{subpath:path}")]
//! fn sub(Path(subpath): Path<String>) -> String { format!("Subpath {subpath}") }
//!
//! # #[cfg(feature = "command")]
//! fn main() -> gnezdo::Result { App::new().routes(routes![profile, post, sub]).main() }
//! # #[cfg(not(feature = "command"))]
//! # fn main() {}
//! ```
//!
//! Its command line is that of the program `gnezdo`:
//!
//! ```text
//! hello run                                          at http://127.0.0.1:8080/
//! hello run --listen :8080 --access-log common
//! hello run --tls self-signed                        at https://127.0.0.1:8080/, with HTTP/2
//! hello run --architecture threads --processes 2
//! hello run --help                                   everything else
//! ```
//!
//! Short handlers need no name: `App::new().get("/plaintext", || "Hello, World!")`. What a handler
//! takes and returns is told at [`Handler`], what an attribute takes at
//! [`#[route]`](macro@route).
//!
//! Whatever implements [`Service`] has that command line: an [`App`], a folder ([`Files`]), a type of yours.
//!
//! Who has a command line of their own, or a thread to spare, uses the [`Server`], and a tokio
//! program awaits `serve(listener, app)`:
//!
//! ```
//! use gnezdo::{App, Server, Settings};
//! use std::io::{Read, Write};
//!
//! let mut settings = Settings::default();
//! settings.listen = vec!["127.0.0.1:0".parse()?];
//! let server = Server::bind(settings)?;
//! let address = server.local_addresses()[0].tcp().unwrap();
//! let shutdown = server.shutdown();
//! let running = std::thread::spawn(move || {
//!     server.run(App::new().get("/plaintext", || "Hello, World!"))
//! });
//!
//! let mut client = std::net::TcpStream::connect(address)?;
//! client.write_all(b"GET /plaintext HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.ends_with("Hello, World!"));
//!
//! shutdown.begin();
//! running.join().unwrap()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The parts, each a crate of its own:
//!
//! ```text
//! App (web)   Files (files)      what answers: services
//!      └──── Service ────┐
//! main (command)         │       what people type and read: options, banner, errors
//! Server (server)        │       who waits: drivers, processes, limits, shutdown, log
//!      └── h1, h2, tls ──┘       what is spoken: machines without a socket
//! core, socket                   the words that all of them share
//! macros                         #[get("/")] and its like
//! ```
//!
//! # Features
//!
//! All are on by default.
//!
//! | | |
//! |---|---|
//! | `auth` | [`web::auth`]: passwords, and who asks by `Basic` and `Bearer` |
//! | `command` | [`App::main`](Main::main), the command line of an app |
//! | `embed` | `templates!` puts the templates into a release |
//! | `multipart` | `Multipart`: forms with files |
//! | `templates` | `Page` and `templates!`, by the crate `minijinja` |
//! | `test-client` | `TestClient` |
//! | `sessions` | cookies, [`Sessions`], and [`Csrf`], which keeps other sites from sending forms |
//! | `tls` | HTTPS, with HTTP/2 by ALPN: [`Settings::tls`], and the options about it |
//! | `tokio` | `serve`, the architecture `async`, and tokio's timers and sockets in handlers |
//! | `tower` | [`App::layer`](App), and services of tower and axum as ours |
//! | `validate` | `Valid`, by the crate `garde` |
//!
#![cfg_attr(
    all(
        feature = "sessions",
        feature = "templates",
        feature = "test-client",
        feature = "tower",
        feature = "validate"
    ),
    doc = include_str!("../GUIDE.md")
)]
#![forbid(unsafe_code)]

#[cfg(feature = "command")]
pub use gnezdo_command::{Error, Main, Program, Result};
pub use gnezdo_core::{
    Body, BodyError, Command, ConnectionInfo, FileRange, Form as BodyForm, Http2Limits, Limits,
    Ready, Reply, Request, Response, Service, early_hints,
};
pub use gnezdo_files::Files;
pub use gnezdo_macros::{delete, get, head, options, patch, post, put, route};
pub use gnezdo_server::{
    Architecture, Driver, InMemory, LogFormat, LogTarget, Plan, Server, ServerError, Settings,
    Shutdown, UnknownArchitecture,
};
#[cfg(feature = "tokio")]
pub use gnezdo_server::{IntoListener, Serve, serve};
pub use gnezdo_socket::{
    AccessRules, Advice, ListenAddress, ListenError, Listener, LocalAddress, Network, Peer,
};
pub use gnezdo_web::{
    App, Block, ClientAddress, Form, Handler, Html, IntoResponse, Json, Middleware, Next, Params,
    Path, Problem, Query, Redirect, Rejection, Route, State, Urls, delete, escape, get, head,
    options, patch, path, post, put, routes, url_for,
};
#[cfg(feature = "sessions")]
pub use gnezdo_web::{
    Cookies, Csrf, CsrfToken, PrivateCookies, Secret, Session, Sessions, SignedCookies,
};

pub use http;

/// What most apps need, to be imported at once.
///
/// `get`, `post` and their like are both: attributes above functions, and functions that make a
/// [`Route`] of a pattern and a handler.
///
/// ```
/// use gnezdo::prelude::*;
///
/// #[get("/")]
/// async fn index(urls: Urls) -> Result<Html<String>, Problem> {
///     Ok(Html(format!("<a href=\"{}\">old</a>", url_for!(urls, "gone")?)))
/// }
///
/// let gone = path("/gone", |_: Request| StatusCode::GONE).name("gone");
/// let app = App::new().routes(routes![index]).route(gone);
/// assert!(app.check().is_ok());
/// ```
pub mod prelude {
    #[cfg(feature = "command")]
    pub use gnezdo_command::Main;
    pub use gnezdo_core::{Body, Reply, Request, Response, Service};
    pub use gnezdo_files::Files;
    pub use gnezdo_macros::{delete, get, head, options, patch, post, put, route};
    #[cfg(feature = "multipart")]
    pub use gnezdo_web::Multipart;
    #[cfg(feature = "test-client")]
    pub use gnezdo_web::TestClient;
    #[cfg(feature = "validate")]
    pub use gnezdo_web::Valid;
    pub use gnezdo_web::{
        App, Block, ClientAddress, Form, Html, IntoResponse, Json, Next, Params, Path, Problem,
        Query, Redirect, Rejection, Route, State, Urls, delete, escape, get, head, options, patch,
        path, post, put, routes, url_for,
    };
    #[cfg(feature = "sessions")]
    pub use gnezdo_web::{Cookies, Csrf, CsrfToken, Secret, Session, Sessions};
    pub use http::{HeaderMap, Method, StatusCode};
    #[cfg(feature = "templates")]
    pub use {
        gnezdo_macros::templates,
        gnezdo_web::templates::{Page, context},
    };
}

/// Static files, in detail.
pub mod files {
    pub use gnezdo_files::*;
}

/// Certificates and settings of TLS: what [`Settings::tls`] takes.
#[cfg(feature = "tls")]
pub mod tls {
    pub use gnezdo_tls::*;
}

/// The templates in a folder of the crate: `templates!("templates")`.
#[cfg(feature = "templates")]
pub use gnezdo_macros::templates;

/// The framework, in detail.
pub mod web {
    pub use gnezdo_web::*;
}

/// The programs of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
