//! An app that has started: routes in tables, ready to answer.
//!
//! A request goes through the middleware of the app, is routed, goes through the middleware of its
//! route, and meets the handler. Nothing here changes after it was compiled.

mod compile;
mod finish;
mod hosts;
mod resource;
mod watch;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use gnezdo_core::{Glance, Reply, Request, Service, give_fields_back};
use http::header::ALLOW;
use http::{Method, StatusCode, Uri};

#[cfg(feature = "tower")]
pub(crate) use finish::finish_alone;
pub(crate) use finish::{Finisher, new_request_id};
pub(crate) use resource::Allowed;

use self::hosts::Hosts;
use self::resource::Resource;
pub(crate) use self::watch::Watch;
use crate::asked::Asked;
use crate::extract::state::States;
use crate::extract::{OriginalUri, Routed, Source};
use crate::middleware::{Layer, Next, Stage};
use crate::plan::{Debug, Hook, Slashes};
use crate::problem::Problem;
use crate::redirect::Redirect;
use crate::response::{IntoResponse, Memo};
use crate::route::{Answer, Methods};
use crate::routing::{Captures, NotFound, Pattern, Router};
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
    pub(crate) service: Arc<dyn Service>,
    pub(crate) layers: Vec<Layer>,
}

/// The route that a name stands for.
pub(crate) enum Named {
    One(usize),
    Several,
}

/// Where a request goes.
enum Found {
    Route { index: usize, captures: Captures },
    Mount { index: usize, rest: usize },
}

/// Why a request has no route.
enum Unrouted {
    Missing,
    Undecodable,
    NotAllowed(Allowed),
}

impl Site {
    pub(crate) fn call(self: &Arc<Self>, request: Request) -> Reply {
        if self.layers.is_empty() {
            return self.route(request);
        }
        let asked = Asked::of(&request);
        let next = Next::first(self, Stage::App);
        let reply = finish::contained(|| next.call(request));
        Finisher::of_app(Arc::clone(self), asked).finish_reply(reply)
    }

    /// Answers at a glance, if no middleware has to see the request and its handler need not.
    pub(crate) fn glance(self: &Arc<Self>, request: Glance<'_>) -> Option<Reply> {
        let table = self.hosts.only()?;
        match self.find(table, request.method(), request.path()) {
            Ok(Found::Route { index, captures }) => {
                let route = &self.routes[index];
                if route.needs_request || !route.layers.is_empty() {
                    return None;
                }
                let asked = OnceCell::new();
                let source = Source::Glance(request, OnceCell::new());
                let routed = Routed::new(source, captures, self, route, &asked);
                let reply = self.run(route, routed);
                Some(self.finish_at_once(reply, index, || Asked::of_glance(&request)))
            }
            Err(Unrouted::Missing) => table.fallback.as_ref()?.glance(request),
            _ => None,
        }
    }

    /// Whether there are requests that no middleware has to see and no host has to be known of.
    pub(crate) fn can_glance(&self) -> bool {
        self.layers.is_empty() && self.hosts.only().is_some()
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

    /// What comes after the last middleware.
    pub(crate) fn call_inside(self: &Arc<Self>, stage: &Stage, request: Request) -> Reply {
        match stage {
            Stage::App => self.route(request),
            Stage::Route { index, captures } => self.answer(*index, *captures, request),
            Stage::Mount { index, rest } => self.mounted(*index, *rest, request),
        }
    }

    fn route(self: &Arc<Self>, request: Request) -> Reply {
        let table = self.hosts.table(&request);
        // RFC 9110 §9.3.7: the asterisk asks about the server as a whole.
        if request.method() == Method::OPTIONS && request.uri().path() == "*" {
            return options(&table.allowed);
        }
        match self.find(table, request.method(), request.uri().path()) {
            Ok(Found::Route { index, captures }) => self.enter(index, captures, request),
            Ok(Found::Mount { index, rest }) => self.enter_mount(index, rest, request),
            Err(Unrouted::NotAllowed(allowed)) if request.method() == Method::OPTIONS => {
                options(&allowed)
            }
            Err(unrouted) => self.unrouted(table, unrouted, request),
        }
    }

    /// Goes to a route, through its middleware.
    fn enter(self: &Arc<Self>, index: usize, captures: Captures, request: Request) -> Reply {
        let route = &self.routes[index];
        if route.layers.is_empty() {
            return self.answer(index, captures, request);
        }
        let asked = Asked::of(&request);
        let next = Next::first(self, Stage::Route { index, captures });
        let reply = finish::contained(|| next.call(request));
        Finisher::new(Arc::clone(self), index, asked).finish_reply(reply)
    }

    /// Goes to a mounted service, through its middleware.
    fn enter_mount(self: &Arc<Self>, index: usize, rest: usize, request: Request) -> Reply {
        if self.mounts[index].layers.is_empty() {
            return self.mounted(index, rest, request);
        }
        let asked = Asked::of(&request);
        let next = Next::first(self, Stage::Mount { index, rest });
        let reply = finish::contained(|| next.call(request));
        Finisher::of_app(Arc::clone(self), asked).finish_reply(reply)
    }

    /// Calls the handler of a route.
    fn answer(self: &Arc<Self>, index: usize, captures: Captures, mut request: Request) -> Reply {
        let route = &self.routes[index];
        let asked = OnceCell::new();
        let routed = Routed::new(Source::Request(&mut request), captures, self, route, &asked);
        let reply = self.run(route, routed);
        let reply = self.finish_at_once(reply, index, || {
            asked.get().cloned().unwrap_or_else(|| Asked::of(&request))
        });
        give_fields_back(request.headers_mut());
        reply
    }

    /// Runs a handler as far as it goes without waiting.
    fn run(&self, route: &Live, routed: Routed<'_>) -> Result<Reply, finish::Panicked> {
        let run = || finish::contained(|| (route.handler)(routed));
        match self.debug {
            Debug::On => route.watch.during(&route.handler_name, run),
            Debug::Off => run(),
        }
    }

    /// Calls a mounted service, which does not see its prefix.
    fn mounted(&self, index: usize, rest: usize, mut request: Request) -> Reply {
        let original = request.uri().clone();
        if let Some(uri) = without_prefix(&original, rest) {
            *request.uri_mut() = uri;
        }
        if request.extensions().get::<OriginalUri>().is_none() {
            request.extensions_mut().insert(OriginalUri(original));
        }
        self.mounts[index].service.call(request)
    }

    fn unrouted(self: &Arc<Self>, table: &Table, unrouted: Unrouted, request: Request) -> Reply {
        let problem = match unrouted {
            Unrouted::NotAllowed(allowed) => {
                Problem::new(StatusCode::METHOD_NOT_ALLOWED).header(ALLOW, allowed.to_field())
            }
            Unrouted::Missing => match self.with_other_slash(table, &request) {
                Some(Elsewhere::Redirect(reply)) => return reply,
                Some(Elsewhere::Route(index, captures)) => {
                    return self.enter(index, captures, request);
                }
                None => match &table.fallback {
                    Some(service) => return service.call(request),
                    None => Problem::not_found(),
                },
            },
            Unrouted::Undecodable => match &table.fallback {
                Some(service) => return service.call(request),
                None => Problem::new(StatusCode::BAD_REQUEST)
                    .detail("the path is not UTF-8 in percent-coding"),
            },
        };
        let reply = Reply::Now(problem.into_response());
        Finisher::of_app(Arc::clone(self), Asked::of(&request)).finish_reply(Ok(reply))
    }

    /// The route for a request, or what is to be answered without one.
    fn find(&self, table: &Table, method: &Method, path: &str) -> Result<Found, Unrouted> {
        let mut allowed = None::<Allowed>;
        let found = table.router.find(path, |resource, captures| {
            if let (Some(index), Some(rest)) = (resource.mount(), captures.rest()) {
                return Some(Found::Mount { index, rest });
            }
            let route = resource.route(method);
            if route.is_none() {
                allowed.get_or_insert_default().extend(resource.methods());
            }
            route.map(|index| Found::Route { index, captures: *captures })
        });
        match (found, allowed) {
            (Ok(Found::Mount { .. }), Some(allowed)) => Err(Unrouted::NotAllowed(allowed)),
            (Ok(found), _) => Ok(found),
            (Err(_), Some(allowed)) => Err(Unrouted::NotAllowed(allowed)),
            (Err(NotFound::Missing), None) => Err(Unrouted::Missing),
            (Err(NotFound::Undecodable), None) => Err(Unrouted::Undecodable),
        }
    }

    /// What is to be done about a path that would have a route with one slash more or less.
    fn with_other_slash(&self, table: &Table, request: &Request) -> Option<Elsewhere> {
        if self.slashes == Slashes::Strict {
            return None;
        }
        let path = request.uri().path();
        let (other, (index, captures)) =
            table.router.with_other_slash(path, |resource, captures| {
                resource.route(request.method()).map(|index| (index, *captures))
            })?;
        Some(match self.slashes {
            Slashes::Ignore => Elsewhere::Route(index, captures),
            _ => Elsewhere::Redirect(redirect(&other, request.uri().query())),
        })
    }
}

/// Where a path leads that lacks its slash, or has one too many.
enum Elsewhere {
    Redirect(Reply),
    Route(usize, Captures),
}

fn redirect(path: &str, query: Option<&str>) -> Reply {
    let location = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    Reply::Now(Redirect::permanent(location).into_response())
}

/// The target without the first octets of its path.
fn without_prefix(uri: &Uri, prefix: usize) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().get(prefix..)?;
    let target = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.try_into().ok()?);
    Uri::from_parts(parts).ok()
}

fn options(allowed: &Allowed) -> Reply {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(ALLOW, allowed.to_field());
    Reply::Now(response)
}
