//! What a handler or a middleware needs, as it is said before any request comes.

use std::any::{TypeId, type_name};

use crate::middleware::Middleware;

/// What the arguments of a handler need, and what a middleware does: see
/// [`FromHead::demands`](crate::FromHead::demands) and [`Middleware::demands`].
#[derive(Clone, Debug, Default)]
pub struct Demands {
    pub(crate) request: bool,
    pub(crate) connection: bool,
    /// How many parameters the pattern must have, for each argument that cares.
    pub(crate) parameters: Vec<usize>,
    pub(crate) states: Vec<Wanted>,
    pub(crate) middleware: Vec<Wanted>,
    is_optional: bool,
}

/// A type that something else has to provide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl Wanted {
    fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}

impl Demands {
    /// The request is looked at, beyond the parameters of its path.
    pub fn request(&mut self) {
        self.request = true;
    }

    /// The request is looked at, and its [`ConnectionInfo`](gnezdo_core::ConnectionInfo), too.
    pub fn connection(&mut self) {
        self.request = true;
        self.connection = true;
    }

    /// Everything that a request may carry is looked at.
    pub fn everything(&mut self) {
        self.connection();
    }

    /// The pattern must have so many parameters.
    pub fn parameters(&mut self, count: usize) {
        self.parameters.push(count);
    }

    /// The app must have been given a value of this type, by [`App::state`](crate::App::state).
    pub fn state<T: Send + Sync + 'static>(&mut self) {
        if !self.is_optional {
            self.states.push(Wanted::of::<T>());
        }
    }

    /// The route must have this middleware around it; for a middleware: outside of it.
    pub fn middleware<M: Middleware>(&mut self) {
        self.request();
        if !self.is_optional {
            self.middleware.push(Wanted::of::<M>());
        }
    }

    /// The demands of an argument that may be missing: what has to be looked at, but not what has
    /// to be there.
    pub fn optional(&mut self, demands: impl FnOnce(&mut Self)) {
        let was = std::mem::replace(&mut self.is_optional, true);
        demands(self);
        self.is_optional = was;
    }
}
