//! The way of a request through a site: hosts, routing, middleware, handler.

use std::cell::OnceCell;
use std::sync::Arc;

use gnezdo_core::{OriginalUri, Reply, Request, give_fields_back};
use http::header::ALLOW;
use http::{Method, StatusCode, Uri};

use super::finish::{self, Finisher};
use super::resource::Allowed;
use super::{Live, Place, Site, Table};
use crate::asked::Asked;
use crate::extract::{Routed, Source};
use crate::middleware::{Next, Stage};
use crate::plan::{Debug, Slashes};
use crate::problem::Problem;
use crate::redirect::Redirect;
use crate::response::IntoResponse;
use crate::routing::{Captures, NotFound};

/// Why a request has no route.
pub(super) enum Unrouted {
    Missing,
    Undecodable,
    NotAllowed(Refused),
}

/// What is known of a path whose routes lack the method.
pub(super) struct Refused {
    allowed: Allowed,
    /// One of the routes; their surroundings are mostly the same.
    near: Option<usize>,
}

impl Site {
    /// Goes through the middleware of a stage, and on.
    pub(super) fn through(self: &Arc<Self>, stage: Stage, request: Request) -> Reply {
        if stage.layers(self).is_empty() {
            return self.call_inside(&stage, request);
        }
        let (asked, place) = (Asked::of(&request), stage.place());
        let next = Next::first(self, stage);
        let reply = finish::contained(|| next.call(request));
        Finisher::new(Arc::clone(self), place, asked).finish_reply(reply)
    }

    /// What comes after the last middleware of a stage.
    pub(crate) fn call_inside(self: &Arc<Self>, stage: &Stage, request: Request) -> Reply {
        match stage {
            Stage::App => {
                let host = self.hosts.of(&request);
                self.through(Stage::Host(host), request)
            }
            Stage::Host(host) => self.route(*host, request),
            Stage::Route { index, captures } => self.answer(*index, *captures, request),
            Stage::Options { allowed, .. } => options(allowed),
            Stage::Mount { index, rest } => self.mounted(*index, *rest, request),
        }
    }

    fn route(self: &Arc<Self>, host: usize, request: Request) -> Reply {
        let table = self.hosts.at(host);
        // RFC 9110 §9.3.7: the asterisk asks about the server as a whole.
        if request.method() == Method::OPTIONS && request.uri().path() == "*" {
            return options(&table.allowed);
        }
        match self.find(table, request.method(), request.uri().path()) {
            Ok(stage) => self.through(stage, request),
            Err(unrouted) => self.unrouted(host, unrouted, request),
        }
    }

    /// Calls the handler of a route.
    fn answer(self: &Arc<Self>, index: usize, captures: Captures, mut request: Request) -> Reply {
        let route = &self.routes[index];
        let asked = OnceCell::new();
        let routed = Routed::new(Source::Request(&mut request), captures, self, route, &asked);
        let reply = self.run(route, routed);
        let reply = self.finish_at_once(reply, Place::Route(index), || {
            asked.get().cloned().unwrap_or_else(|| Asked::of(&request))
        });
        give_fields_back(request.headers_mut());
        reply
    }

    /// Runs a handler as far as it goes without waiting.
    pub(super) fn run(&self, route: &Live, routed: Routed<'_>) -> Result<Reply, finish::Panicked> {
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

    fn unrouted(self: &Arc<Self>, host: usize, unrouted: Unrouted, request: Request) -> Reply {
        match unrouted {
            Unrouted::NotAllowed(refused) => self.refuse(host, refused, request),
            Unrouted::Missing => match self.with_other_slash(self.hosts.at(host), &request) {
                Some(Elsewhere::Redirect(reply)) => reply,
                Some(Elsewhere::Route(Ok(stage))) => self.through(stage, request),
                Some(Elsewhere::Route(Err(refused))) => self.refuse(host, refused, request),
                None => self.fall_back(host, Problem::not_found(), request),
            },
            Unrouted::Undecodable => {
                let problem = Problem::new(StatusCode::BAD_REQUEST)
                    .detail("the path is not UTF-8 in percent-coding");
                self.fall_back(host, problem, request)
            }
        }
    }

    /// Answers a method that the routes of a path do not have. The middleware of a route sees
    /// `OPTIONS` before that: it may be the question that browsers ask first.
    fn refuse(self: &Arc<Self>, host: usize, refused: Refused, request: Request) -> Reply {
        let Refused { allowed, near } = refused;
        if request.method() == Method::OPTIONS {
            return match near {
                Some(index) => self.through(Stage::Options { index, allowed }, request),
                None => options(&allowed),
            };
        }
        let problem =
            Problem::new(StatusCode::METHOD_NOT_ALLOWED).header(ALLOW, allowed.to_field());
        let place = near.map_or(Place::Host(host), Place::Route);
        self.finish_problem(problem, place, &request)
    }

    fn fall_back(self: &Arc<Self>, host: usize, problem: Problem, request: Request) -> Reply {
        match &self.hosts.at(host).fallback {
            Some(service) => service.call(request),
            None => self.finish_problem(problem, Place::Host(host), &request),
        }
    }

    fn finish_problem(&self, problem: Problem, place: Place, request: &Request) -> Reply {
        let reply = Reply::Now(problem.into_response());
        self.finish_at_once(Ok(reply), place, || Asked::of(request))
    }

    /// Where a request goes on: the stage before a route or a mount.
    pub(super) fn find(
        &self,
        table: &Table,
        method: &Method,
        path: &str,
    ) -> Result<Stage, Unrouted> {
        let mut refused = None::<Refused>;
        let found = table.router.find(path, |resource, captures| {
            if let (Some(index), Some(rest)) = (resource.mount(), captures.rest()) {
                return Some(Stage::Mount { index, rest });
            }
            let route = resource.route(method);
            if route.is_none() {
                Refused::by(resource, &mut refused);
            }
            route.map(|index| Stage::Route { index, captures: *captures })
        });
        match (found, refused) {
            (Ok(Stage::Mount { .. }) | Err(_), Some(refused)) => Err(Unrouted::NotAllowed(refused)),
            (Ok(found), _) => Ok(found),
            (Err(NotFound::Missing), None) => Err(Unrouted::Missing),
            (Err(NotFound::Undecodable), None) => Err(Unrouted::Undecodable),
        }
    }

    /// What is to be done about a path that would have a route with one slash more or less.
    fn with_other_slash(&self, table: &Table, request: &Request) -> Option<Elsewhere> {
        let path = request.uri().path();
        if self.slashes == Slashes::Strict {
            return None;
        }
        let mut refused = None::<Refused>;
        let found = table.router.with_other_slash(path, |resource, captures| {
            let route = resource.route(request.method());
            if route.is_none() {
                Refused::by(resource, &mut refused);
            }
            route.map(|index| Stage::Route { index, captures: *captures })
        });
        match (self.slashes, found, refused) {
            (Slashes::Ignore, Some((_, found)), _) => Some(Elsewhere::Route(Ok(found))),
            (Slashes::Ignore, None, Some(refused)) => Some(Elsewhere::Route(Err(refused))),
            (_, Some((other, _)), _) => Some(Elsewhere::Redirect(redirect(&other, request))),
            (_, None, _) => None,
        }
    }

    /// Whether a path would have a route with one slash more or less, and that matters.
    pub(super) fn has_other_slash(&self, table: &Table, path: &str) -> bool {
        self.slashes != Slashes::Strict
            && table.router.with_other_slash(path, |_, _| Some(())).is_some()
    }
}

impl Refused {
    /// Notes a resource that lacks the method.
    fn by(resource: &super::resource::Resource, refused: &mut Option<Self>) {
        let refused =
            refused.get_or_insert_with(|| Self { allowed: Allowed::default(), near: None });
        refused.allowed.extend(resource.methods());
        refused.near = refused.near.or_else(|| resource.any_route());
    }
}

/// Where a path leads that lacks its slash, or has one too many.
enum Elsewhere {
    Redirect(Reply),
    Route(Result<Stage, Refused>),
}

/// Sends the client to another path of this app, below the prefix that a mount has taken away.
fn redirect(path: &str, request: &Request) -> Reply {
    let mut location = OriginalUri::prefix_of(request);
    location.push_str(path);
    if let Some(query) = request.uri().query() {
        location.push('?');
        location.push_str(query);
    }
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
