//! Why an app cannot start: everything that is wrong with it, at once.

use std::error::Error;
use std::fmt;
use std::panic::Location;

use http::Method;

use crate::routing::{ConverterError, PatternError};

/// Why an app cannot start: all that is wrong with it, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(Vec<StartFault>);

impl StartError {
    pub(crate) fn new(faults: Vec<StartFault>) -> Self {
        Self(faults)
    }

    /// What is wrong; at least one thing is.
    pub fn faults(&self) -> &[StartFault] {
        &self.0
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl Error for StartError {}

/// Where something was declared in the source of an app.
type Place = &'static Location<'static>;

/// One thing that is wrong with an app.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartFault {
    /// A pattern is malformed.
    Pattern {
        /// The pattern, with the prefixes of the apps around it.
        pattern: String,
        /// What is wrong with it.
        error: PatternError,
        /// Where it was declared.
        declared_at: Place,
    },
    /// Two routes have the same method and patterns of the same shape.
    Collision {
        /// The method; `None` for all methods.
        method: Option<Method>,
        /// The pattern of the later route.
        pattern: String,
        /// Where it was declared.
        declared_at: Place,
        /// The pattern of the earlier route.
        earlier: String,
        /// Where that was declared.
        earlier_at: Place,
    },
    /// Two services are mounted at the same prefix.
    MountCollision {
        /// The prefix.
        prefix: String,
        /// Where the later one was mounted.
        declared_at: Place,
        /// Where the earlier one was mounted.
        earlier: Place,
    },
    /// Two routes with different patterns were given the same name.
    NameCollision {
        /// The name.
        name: String,
        /// Where the later route was declared.
        declared_at: Place,
        /// Where the earlier route was declared.
        earlier_at: Place,
    },
    /// A handler takes another number of path parameters than its pattern has.
    Parameters {
        /// The pattern.
        pattern: String,
        /// Where the route was declared.
        declared_at: Place,
        /// How many parameters the pattern has.
        has: usize,
        /// How many the handler takes.
        wants: usize,
    },
    /// A handler asks for a value that the app does not have.
    NoState {
        /// The pattern of the route.
        pattern: String,
        /// Where the route was declared.
        declared_at: Place,
        /// The type of the value.
        what: &'static str,
    },
    /// A handler asks for what a middleware provides that is not there.
    NoMiddleware {
        /// The pattern of the route.
        pattern: String,
        /// Where the route was declared.
        declared_at: Place,
        /// The type of the middleware.
        what: &'static str,
    },
    /// A middleware needs another one outside of it that is not there.
    MiddlewareAlone {
        /// The middleware.
        middleware: String,
        /// Where it was put around an app or a route.
        declared_at: Place,
        /// The type of the other one.
        what: &'static str,
    },
    /// The prefix of a nested app does not begin with a slash, or ends with one.
    Prefix {
        /// The prefix.
        prefix: String,
        /// Where the app was nested.
        declared_at: Place,
    },
    /// A nested app has a fallback, which would never be met.
    NestedFallback {
        /// The prefix.
        prefix: String,
        /// Where the app was nested.
        declared_at: Place,
    },
    /// A host is no name of one, or stands within an app for a host.
    Host {
        /// The host.
        host: String,
        /// Where it was declared.
        declared_at: Place,
    },
    /// A host has an app already.
    HostCollision {
        /// The host.
        host: String,
        /// Where the later one was declared.
        declared_at: Place,
    },
    /// A fallback cannot start.
    Fallback {
        /// Where it was declared.
        declared_at: Place,
        /// What it says.
        text: String,
    },
    /// A mounted service cannot start.
    Service {
        /// The prefix.
        prefix: String,
        /// Where it was mounted.
        declared_at: Place,
        /// What it says.
        text: String,
    },
    /// A template cannot be read, or links to what is not there.
    Template {
        /// Which, and what is wrong with it.
        text: String,
    },
    /// A converter cannot be added.
    Converter {
        /// Why.
        error: ConverterError,
        /// Where it was declared.
        declared_at: Place,
    },
}

impl StartFault {
    /// Where the faulty part was declared; a template has its place in its text.
    pub fn declared_at(&self) -> Option<&'static Location<'static>> {
        match self {
            Self::Pattern { declared_at, .. }
            | Self::Collision { declared_at, .. }
            | Self::MountCollision { declared_at, .. }
            | Self::NameCollision { declared_at, .. }
            | Self::Parameters { declared_at, .. }
            | Self::NoState { declared_at, .. }
            | Self::NoMiddleware { declared_at, .. }
            | Self::MiddlewareAlone { declared_at, .. }
            | Self::Prefix { declared_at, .. }
            | Self::NestedFallback { declared_at, .. }
            | Self::Host { declared_at, .. }
            | Self::HostCollision { declared_at, .. }
            | Self::Fallback { declared_at, .. }
            | Self::Service { declared_at, .. }
            | Self::Converter { declared_at, .. } => Some(declared_at),
            Self::Template { .. } => None,
        }
    }
}

impl fmt::Display for StartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.declared_at() {
            write!(f, "{place}: ")?;
        }
        match self {
            Self::Pattern { pattern, error, .. } => {
                write!(f, "route {pattern:?}: {error}")
            }
            Self::Collision { method, pattern, earlier, earlier_at, .. } => {
                let method = method.as_ref().map_or("for all methods", Method::as_str);
                write!(
                    f,
                    "route {method} {pattern:?} collides with {earlier:?}, \
                     declared at {earlier_at}; remove one of the two"
                )
            }
            Self::MountCollision { prefix, earlier, .. } => write!(
                f,
                "{prefix:?} is taken by the service mounted at {earlier}; choose \
                 another prefix"
            ),
            Self::NameCollision { name, earlier_at, .. } => write!(
                f,
                "the name {name:?} is taken by the route declared at \
                 {earlier_at}; choose another"
            ),
            Self::Parameters { pattern, has, wants, .. } => write!(
                f,
                "route {pattern:?} has {has} parameters, but its handler takes \
                 {wants}; change the pattern or the type in Path<…>"
            ),
            Self::NoState { pattern, what, .. } => write!(
                f,
                "the handler of {pattern:?} asks for a {what}, which the app does \
                 not have; add it by App::state"
            ),
            Self::NoMiddleware { pattern, what, .. } => write!(
                f,
                "the handler of {pattern:?} needs the middleware {what}; add it \
                 by App::wrap"
            ),
            Self::MiddlewareAlone { middleware, what, .. } => write!(
                f,
                "the middleware {middleware} needs {what} outside of it; wrap the \
                 app in that afterwards"
            ),
            Self::Prefix { prefix, .. } => write!(
                f,
                "the prefix {prefix:?} has to begin with a slash and not to end \
                 with one, as in \"/shop\""
            ),
            Self::NestedFallback { prefix, .. } => write!(
                f,
                "the app nested at {prefix:?} has a fallback, which would never \
                 be met; mount that service instead"
            ),
            Self::Host { host, .. } => write!(
                f,
                "{host:?} is no host that can be given an app; write a name such \
                 as \"shop.example\" or \"*.shop.example\", not within another host"
            ),
            Self::HostCollision { host, .. } => {
                write!(f, "the host {host:?} has an app already; put both into one")
            }
            Self::Fallback { text, .. } => {
                write!(f, "the fallback: {text}")
            }
            Self::Service { prefix, text, .. } => {
                write!(f, "the service mounted at {prefix:?}: {text}")
            }
            Self::Template { text } => f.write_str(text),
            Self::Converter { error, .. } => write!(f, "{error}"),
        }
    }
}

impl Error for StartFault {}
