//! An app as it was put together: what is known before it starts.

use std::panic::Location;
use std::sync::Arc;

use gnezdo_core::{Command, Response, Service};

use crate::asked::Asked;
use crate::extract::state::States;
use crate::middleware::Layer;
use crate::problem::Problem;
use crate::route::Route;
use crate::site::Site;

/// What an app does about its problems.
pub(crate) type Hook = Arc<dyn Fn(&Problem, &Asked) -> Option<Response> + Send + Sync>;

/// What a converter of the app's takes.
pub(crate) type Fits = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// How many bytes of content a handler takes by default: 2 MiB, as many as a form with a picture
/// has, and few enough for many clients at once.
pub(crate) const CONTENT_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// An app as it was put together.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) name: Option<String>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) states: States,
    pub(crate) hook: Option<Hook>,
    pub(crate) fallback: Option<Fallback>,
    pub(crate) converters: Vec<Converter>,
    pub(crate) slashes: Slashes,
    pub(crate) debug: Debug,
    pub(crate) content_bytes_max: u64,
    pub(crate) commands: Vec<Command>,
    /// What else is looked at before the app serves: each gives what is wrong.
    pub(crate) checks: Vec<Check>,
}

/// Looks at a site before it serves.
pub(crate) type Check = Arc<dyn Fn(&Site) -> Vec<String> + Send + Sync>;

/// What an app was given to answer with.
#[derive(Clone)]
pub(crate) enum Entry {
    Route(Route),
    /// Another app below a prefix.
    Nested {
        prefix: String,
        plan: Arc<Plan>,
        declared_at: &'static Location<'static>,
    },
    /// Another app for a host.
    Host {
        host: String,
        plan: Arc<Plan>,
        declared_at: &'static Location<'static>,
    },
    Mounted(Mounted),
}

/// Another service below a prefix, which it does not see.
#[derive(Clone)]
pub(crate) struct Mounted {
    pub(crate) prefix: String,
    pub(crate) service: Arc<dyn Service>,
    /// The type of the service.
    pub(crate) service_name: &'static str,
    pub(crate) declared_at: &'static Location<'static>,
}

/// Another service for paths without a route.
#[derive(Clone)]
pub(crate) struct Fallback {
    pub(crate) service: Arc<dyn Service>,
    pub(crate) declared_at: &'static Location<'static>,
}

/// A converter of the app's.
#[derive(Clone)]
pub(crate) struct Converter {
    pub(crate) name: String,
    pub(crate) fits: Fits,
    pub(crate) declared_at: &'static Location<'static>,
}

/// What is done about a path that would have a route with one slash more or less at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slashes {
    /// The client is sent there, with 308 (Permanent Redirect).
    #[default]
    Redirect,
    /// Nothing: `/a` and `/a/` are two resources, and one may be missing.
    Strict,
    /// The route answers, as if the path were its own.
    Ignore,
}

/// Whether problems show what is behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debug {
    /// They do, to everybody who can reach the app.
    On,
    /// They do not.
    Off,
}

impl Debug {
    /// On in a program that was built for debugging.
    pub const fn of_build() -> Self {
        if cfg!(debug_assertions) { Self::On } else { Self::Off }
    }
}

impl Plan {
    pub(crate) fn new() -> Self {
        Self {
            name: None,
            entries: Vec::new(),
            layers: Vec::new(),
            states: States::default(),
            hook: None,
            fallback: None,
            converters: Vec::new(),
            slashes: Slashes::default(),
            debug: Debug::of_build(),
            content_bytes_max: CONTENT_BYTES_MAX,
            commands: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// The commands of this app and of those within it.
    pub(crate) fn all_commands(&self) -> Vec<Command> {
        let within = self.entries.iter().flat_map(|entry| match entry {
            Entry::Nested { plan, .. } | Entry::Host { plan, .. } => plan.all_commands(),
            Entry::Mounted(mounted) => mounted.service.commands(),
            Entry::Route(_) => Vec::new(),
        });
        let fallback = self.fallback.iter().flat_map(|fallback| fallback.service.commands());
        let within = within.chain(fallback);
        self.commands.iter().cloned().chain(within).collect()
    }
}
