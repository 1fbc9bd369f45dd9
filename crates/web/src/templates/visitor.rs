//! What templates know of the visitor: the session, its messages, and the token of forms.

use http::Extensions;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind};

use super::functions::Current;
use crate::middleware::CsrfToken;
use crate::session::Session;

/// What the middleware around a route has left for its templates.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    session: Option<Session>,
    token: Option<CsrfToken>,
}

impl Visitor {
    pub(super) fn of(extensions: &Extensions) -> Self {
        Self { session: extensions.get().cloned(), token: extensions.get().cloned() }
    }

    fn session() -> Result<Session, Error> {
        let visitor = Current::get()?.visitor;
        visitor.session.ok_or_else(|| missing("the middleware Sessions is not around this route"))
    }

    fn token() -> Result<CsrfToken, Error> {
        let visitor = Current::get()?.visitor;
        visitor.token.ok_or_else(|| missing("the middleware Csrf is not around this route"))
    }
}

fn missing(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, what)
}

pub(super) fn add_functions(environment: &mut Environment<'static>) {
    environment.add_function("session", session);
    environment.add_function("flash_messages", flash_messages);
    environment.add_function("csrf_field", csrf_field);
    environment.add_function("csrf_token", csrf_token);
}

/// `session("user")`.
fn session(key: &str) -> Result<Value, Error> {
    let value = Visitor::session()?.value(key);
    Ok(value.map_or(Value::UNDEFINED, |value| Value::from(Serde(value))))
}

/// `for message in flash_messages()`.
fn flash_messages() -> Result<Value, Error> {
    Ok(Value::from(Serde(Visitor::session()?.take_flashes())))
}

/// `csrf_field()`.
fn csrf_field() -> Result<Value, Error> {
    Ok(Value::from_safe_string(Visitor::token()?.field()))
}

/// `csrf_token()`.
fn csrf_token() -> Result<String, Error> {
    Ok(Visitor::token()?.value())
}
