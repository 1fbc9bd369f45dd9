//! An app that has started: routes in tables, ready to answer.
//!
//! A request goes through the middleware of the app, is routed, goes through the middleware of its
//! route, and meets the handler. Nothing here changes after it was compiled.

mod compile;
mod finish;
mod hosts;
mod resource;
mod watch;
mod way;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use gnezdo_core::{Glance, Reply, Request, Service};

#[cfg(feature = "tower")]
pub(crate) use finish::finish_alone;
pub(crate) use finish::{Finisher, new_request_id};
pub(crate) use resource::Allowed;

use self::hosts::Hosts;
use self::resource::Resource;
pub(crate) use self::watch::Watch;
use self::way::Unrouted;
use crate::asked::Asked;
use crate::extract::state::States;
use crate::extract::{Routed, Source};
use crate::middleware::{Layer, Stage};
use crate::plan::{Debug, Hook, Slashes};
use crate::response::Memo;
use crate::route::{Answer, Methods};
use crate::routing::{Pattern, Router};
use crate::urls::UrlError;

/// An app that has started.
pub(crate) struct Site {
    hosts: Hosts,
    pub(crate) routes: Vec<Live>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) layers: Vec<Layer>,
    names: HashMap<String, Named>,
    hook: Option<Hook>,
    slashes: Slashes,
    pub(crate) debug: Debug,
    pub(crate) content_bytes_max: u64,
    wants_connection_info: bool,
}

/// The routes of a host.
#[derive(Default)]
pub(crate) struct Table {
    router: Router<Resource>,
    /// The methods of all routes, for `OPTIONS *`.
    allowed: Allowed,
    fallback: Option<Arc<dyn Service>>,
    /// Of the app of the host; those of the app around it stand before the choice of a host.
    pub(crate) layers: Vec<Layer>,
    hook: Option<Hook>,
}

/// A route that can be met.
pub(crate) struct Live {
    pub(crate) index: usize,
    pub(crate) methods: Methods,
    pub(crate) host: Option<String>,
    pub(crate) pattern: Pattern,
    pub(crate) parameter_names: Arc<[Box<str>]>,
    pub(crate) name: Option<String>,
    pub(crate) handler: Answer,
    pub(crate) handler_name: String,
    pub(crate) declared_at: &'static Location<'static>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) states: Arc<States>,
    pub(crate) hook: Option<Hook>,
    /// Whether the handler looks at the request, beyond the parameters of its path.
    pub(crate) needs_request: bool,
    pub(crate) memo: Memo,
    pub(crate) watch: Watch,
}

/// Another service below a prefix.
pub(crate) struct Mount {
    pub(crate) prefix: Pattern,
    pub(crate) host: Option<String>,
    pub(crate) service: Arc<dyn Service>,
    /// The type of the service.
    pub(crate) service_name: &'static str,
    pub(crate) declared_at: &'static Location<'static>,
    pub(crate) layers: Vec<Layer>,
    hook: Option<Hook>,
}

/// Where in a site something is answered: whose hook decides about its problems.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    App,
    Host(usize),
    Route(usize),
    Mount(usize),
}

/// The route that a name stands for.
pub(crate) enum Named {
    One(usize),
    Several,
}

impl Site {
    pub(crate) fn call(self: &Arc<Self>, request: Request) -> Reply {
        self.through(Stage::App, request)
    }

    /// Answers at a glance, if no middleware has to see the request and its handler need not.
    pub(crate) fn glance(self: &Arc<Self>, request: Glance<'_>) -> Option<Reply> {
        let table = self.hosts.only().filter(|_| self.can_glance())?;
        match self.find(table, request.method(), request.path()) {
            Ok(Stage::Route { index, captures }) => {
                let route = &self.routes[index];
                if route.needs_request || !route.layers.is_empty() {
                    return None;
                }
                let asked = OnceCell::new();
                let source = Source::Glance(request, OnceCell::new());
                let routed = Routed::new(source, captures, self, route, &asked);
                let reply = self.run(route, routed);
                let place = Place::Route(index);
                Some(self.finish_at_once(reply, place, || Asked::of_glance(&request)))
            }
            Err(Unrouted::Missing) if !self.has_other_slash(table, request.path()) => {
                let fallback = table.fallback.as_ref().filter(|service| service.can_glance())?;
                fallback.glance(request)
            }
            _ => None,
        }
    }

    /// Whether there are requests that no middleware has to see and no host has to be known of.
    pub(crate) fn can_glance(&self) -> bool {
        self.layers.is_empty() && self.hosts.only().is_some()
    }

    /// The middleware of a host's app.
    pub(crate) fn layers_of(&self, host: Option<&str>) -> &[Layer] {
        &self.hosts.table_of(host).layers
    }

    pub(crate) fn layers_of_host(&self, index: usize) -> &[Layer] {
        &self.hosts.at(index).layers
    }

    /// Whose hook decides about problems of a place.
    fn hook_of(&self, place: Place) -> Option<&Hook> {
        let own = match place {
            Place::App => None,
            Place::Host(index) => self.hosts.at(index).hook.as_ref(),
            Place::Route(index) => self.routes[index].hook.as_ref(),
            Place::Mount(index) => self.mounts[index].hook.as_ref(),
        };
        own.or(self.hook.as_ref())
    }

    pub(crate) fn wants_connection_info(&self) -> bool {
        self.wants_connection_info
    }

    pub(crate) fn url_for(
        &self,
        name: &str,
        values: &[(std::borrow::Cow<'static, str>, String)],
    ) -> Result<String, UrlError> {
        let index = match self.names.get(name) {
            Some(Named::One(index)) => *index,
            Some(Named::Several) => return Err(UrlError::Ambiguous { name: name.into() }),
            None => {
                return Err(UrlError::Unknown { name: name.into(), similar: self.similar(name) });
            }
        };
        let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (&**n, v.as_str())).collect();
        self.routes[index]
            .pattern
            .url(&values)
            .map_err(|error| UrlError::Values { name: name.into(), error })
    }

    /// What is wrong with an address that is made of this route and values of these names, as far
    /// as that can be known without the values.
    #[cfg(feature = "templates")]
    pub(crate) fn judge_link(&self, name: &str, values: &[&str]) -> Option<String> {
        let index = match self.names.get(name) {
            Some(Named::One(index)) => *index,
            // With no values it fails before any is looked at.
            _ => return self.url_for(name, &[]).err().map(|error| error.to_string()),
        };
        let mut parameters = self.routes[index].pattern.parameters();
        let missing = parameters.find(|(parameter, _)| !values.contains(parameter))?;
        Some(format!("url_for({name:?}) lacks {}=…", missing.0))
    }

    /// The name of a route of which another name may be a slip: the same letters but for case, or
    /// the same last part.
    fn similar(&self, name: &str) -> Option<String> {
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let mut names: Vec<&String> = self.names.keys().collect();
        names.sort();
        names.into_iter().find(|other| last(other) == last(name)).cloned()
    }
}
