//! From a plan to a site: everything is looked at, and all that is wrong is told at once.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use gnezdo_core::Service;

use super::hosts::{Hosts, host_name};
use super::{Live, Mount, Named, Site, Watch};
use crate::extract::state::States;
use crate::middleware::Layer;
use crate::plan::{Entry, Hook, Plan};
use crate::response::Memo;
use crate::route::{Methods, Name, Route};
use crate::routing::{Converters, Pattern};
use crate::start::{StartError, StartFault};

impl Site {
    /// Compiles an app.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn compile(plan: &Plan) -> Result<Self, StartError> {
        let mut compiling = Compiling::new(converters(plan)?);
        let scope = Scope { states: Arc::new(plan.states.clone()), ..Scope::default() };
        compiling.begin_table(None, plan);
        compiling.add_entries(plan, &scope);
        compiling.name_routes();
        if !compiling.faults.is_empty() {
            return Err(StartError::new(compiling.faults));
        }
        let looks = |layers: &[Layer]| layers.iter().any(|l| l.middleware.wants_connection_info());
        let wants_connection_info = compiling.wants_connection_info
            || looks(&plan.layers)
            || compiling.routes.iter().any(|route| looks(&route.layers))
            || compiling.mounts.iter().any(|mount| mount.service.wants_connection_info())
            || compiling.mounts.iter().any(|mount| looks(&mount.layers))
            || plan.fallback.as_ref().is_some_and(|service| (**service).wants_connection_info());
        let site = Self {
            hosts: compiling.hosts,
            routes: compiling.routes,
            mounts: compiling.mounts,
            layers: plan.layers.clone(),
            names: compiling.names,
            hook: plan.hook.clone(),
            slashes: plan.slashes,
            debug: plan.debug,
            content_bytes_max: plan.content_bytes_max,
            wants_connection_info,
        };
        site.checked(plan)
    }

    /// What can only be looked at when all routes are known.
    fn checked(self, plan: &Plan) -> Result<Self, StartError> {
        let mut texts = Vec::new();
        add_faults(plan, &self, &mut texts);
        if texts.is_empty() {
            return Ok(self);
        }
        let fault = |text| StartFault::Template { text };
        Err(StartError::new(texts.into_iter().map(fault).collect()))
    }
}

fn add_faults(plan: &Plan, site: &Site, texts: &mut Vec<String>) {
    texts.extend(plan.checks.iter().flat_map(|check| check(site)));
    for entry in &plan.entries {
        if let Entry::Nested { plan, .. } | Entry::Host { plan, .. } = entry {
            add_faults(plan, site, texts);
        }
    }
}

/// The converters of an app and of all within it.
fn converters(plan: &Plan) -> Result<Converters, StartError> {
    let mut faults = Vec::new();
    let mut converters = Converters::new();
    add_converters(plan, &mut converters, &mut faults);
    if faults.is_empty() { Ok(converters) } else { Err(StartError::new(faults)) }
}

fn add_converters(plan: &Plan, converters: &mut Converters, faults: &mut Vec<StartFault>) {
    for (name, fits) in &plan.converters {
        let fits = Arc::clone(fits);
        match converters.clone().with(name, move |text: &str| fits(text)) {
            Ok(more) => *converters = more,
            Err(error) => faults.push(StartFault::Converter { error }),
        }
    }
    for entry in &plan.entries {
        if let Entry::Nested { plan, .. } | Entry::Host { plan, .. } = entry {
            add_converters(plan, converters, faults);
        }
    }
}

/// What an app within others has around it.
#[derive(Clone, Default)]
struct Scope {
    host: Option<String>,
    prefix: String,
    /// With a dot at its end, if it is not empty.
    name: String,
    /// Of the nested apps, the outermost first. Those of the app itself stand before routing.
    layers: Vec<Layer>,
    outer_layers: Vec<Layer>,
    states: Arc<States>,
    hook: Option<Hook>,
}

impl Scope {
    /// The surroundings of what is in a nested app.
    fn within(&self, plan: &Plan, prefix: &str) -> Self {
        let name = plan.name.as_ref().map(|name| format!("{}{name}.", self.name));
        Self {
            host: self.host.clone(),
            prefix: format!("{}{prefix}", self.prefix),
            name: name.unwrap_or_else(|| self.name.clone()),
            layers: self.layers.iter().chain(&plan.layers).cloned().collect(),
            outer_layers: self.outer_layers.clone(),
            states: Arc::new(plan.states.within(&self.states)),
            hook: plan.hook.clone().or_else(|| self.hook.clone()),
        }
    }
}

/// A site in the making.
struct Compiling {
    converters: Converters,
    hosts: Hosts,
    routes: Vec<Live>,
    /// The names of the routes, in their order.
    route_names: Vec<(Name, String)>,
    mounts: Vec<Mount>,
    mounted_at: Vec<&'static Location<'static>>,
    names: HashMap<String, Named>,
    wants_connection_info: bool,
    faults: Vec<StartFault>,
}

impl Compiling {
    fn new(converters: Converters) -> Self {
        Self {
            converters,
            hosts: Hosts::default(),
            routes: Vec::new(),
            route_names: Vec::new(),
            mounts: Vec::new(),
            mounted_at: Vec::new(),
            names: HashMap::new(),
            wants_connection_info: false,
            faults: Vec::new(),
        }
    }

    /// Every host answers `OPTIONS *`, whether it has routes or not.
    fn begin_table(&mut self, host: Option<&str>, plan: &Plan) {
        let table = self.hosts.table_mut(host);
        table.fallback.clone_from(&plan.fallback);
        table.allowed.extend([].iter());
    }

    fn add_entries(&mut self, plan: &Plan, scope: &Scope) {
        // The app's own middleware stands before routing, around everything.
        let mut scope = scope.clone();
        if scope.prefix.is_empty() && scope.host.is_none() && scope.outer_layers.is_empty() {
            scope.outer_layers.clone_from(&plan.layers);
        }
        for entry in &plan.entries {
            match entry {
                Entry::Route(route) => self.add_route(route, &scope),
                Entry::Nested { prefix, plan, declared_at } => {
                    self.add_nested(prefix, plan, declared_at, &scope);
                }
                Entry::Host { host, plan, declared_at } => {
                    self.add_host(host, plan, declared_at, &scope);
                }
                Entry::Mounted { prefix, service, declared_at } => {
                    self.add_mount(prefix, service, declared_at, &scope);
                }
            }
        }
    }

    fn add_nested(
        &mut self,
        prefix: &str,
        plan: &Plan,
        declared_at: &'static Location<'static>,
        scope: &Scope,
    ) {
        // `/` and `/shop/` would make two slashes of the first of each route.
        if !prefix.is_empty() && (prefix.ends_with('/') || !prefix.starts_with('/')) {
            self.faults.push(StartFault::Prefix { prefix: prefix.into(), declared_at });
            return;
        }
        if plan.fallback.is_some() {
            self.faults.push(StartFault::NestedFallback { prefix: prefix.into(), declared_at });
        }
        self.add_entries(plan, &scope.within(plan, prefix));
    }

    fn add_host(
        &mut self,
        host: &str,
        plan: &Plan,
        declared_at: &'static Location<'static>,
        scope: &Scope,
    ) {
        let Some(name) = host_name(host).filter(|_| scope.host.is_none()) else {
            self.faults.push(StartFault::Host { host: host.into(), declared_at });
            return;
        };
        self.begin_table(Some(&name), plan);
        let scope = Scope { host: Some(name), ..scope.within(plan, "") };
        self.add_entries(plan, &scope);
    }

    fn add_mount(
        &mut self,
        prefix: &str,
        service: &Arc<dyn Service>,
        declared_at: &'static Location<'static>,
        scope: &Scope,
    ) {
        let text = match (scope.prefix.as_str(), prefix) {
            (outer, "/") if !outer.is_empty() => outer.to_owned(),
            (outer, prefix) => format!("{outer}{prefix}"),
        };
        if let Err(error) = service.check() {
            let text = error.to_string();
            self.faults.push(StartFault::Service { prefix: prefix.into(), declared_at, text });
        }
        let Some(pattern) = self.parse(&text, declared_at) else { return };
        let index = self.mounts.len();
        let table = self.hosts.table_mut(scope.host.as_deref());
        let earlier = match table.router.mount(&pattern) {
            Ok(resource) => resource.add_mount(index),
            Err(error) => {
                self.faults.push(StartFault::Pattern { pattern: text, error, declared_at });
                return;
            }
        };
        if let Err(earlier) = earlier {
            let earlier = self.mounted_at[earlier];
            self.faults.push(StartFault::MountCollision { prefix: text, declared_at, earlier });
            return;
        }
        let layers = scope.layers.clone();
        self.mounts.push(Mount { service: Arc::clone(service), layers });
        self.mounted_at.push(declared_at);
    }

    fn add_route(&mut self, route: &Route, scope: &Scope) {
        let text = format!("{}{}", scope.prefix, route.pattern);
        let Some(pattern) = self.parse(&text, route.declared_at) else { return };
        self.judge_demands(route, &text, &pattern, scope);
        let index = self.routes.len();
        let table = self.hosts.table_mut(scope.host.as_deref());
        if let Methods::Only(methods) = &route.methods {
            table.allowed.extend(methods.iter());
        }
        if let Err((method, earlier)) = table.router.resource(&pattern).add(&route.methods, index) {
            self.collide(route, &text, method, earlier);
            return;
        }
        self.wants_connection_info |= route.demands.connection;
        self.route_names.push((route.name.clone(), scope.name.clone()));
        self.routes.push(Live {
            index,
            methods: route.methods.clone(),
            host: scope.host.clone(),
            parameter_names: pattern.parameters().map(|(name, _)| name.into()).collect(),
            pattern,
            name: None,
            handler: Arc::clone(&route.handler),
            handler_name: route.handler_name.clone(),
            declared_at: route.declared_at,
            layers: scope.layers.iter().chain(&route.layers).cloned().collect(),
            states: Arc::clone(&scope.states),
            hook: scope.hook.clone(),
            needs_request: route.demands.request,
            memo: Memo::default(),
            watch: Watch::default(),
        });
    }

    fn collide(&mut self, route: &Route, pattern: &str, method: http::Method, earlier: usize) {
        let earlier = &self.routes[earlier];
        self.faults.push(StartFault::Collision {
            method: (route.methods != Methods::Any).then_some(method),
            pattern: pattern.into(),
            declared_at: route.declared_at,
            earlier: earlier.pattern.text().into(),
            earlier_at: earlier.declared_at,
        });
    }

    fn parse(&mut self, text: &str, declared_at: &'static Location<'static>) -> Option<Pattern> {
        match Pattern::parse(text, &self.converters) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                self.faults.push(StartFault::Pattern { pattern: text.into(), error, declared_at });
                None
            }
        }
    }

    /// Looks whether a handler will get what it asks for.
    fn judge_demands(&mut self, route: &Route, text: &str, pattern: &Pattern, scope: &Scope) {
        let has = pattern.parameters().count();
        let (pattern, declared_at) = (text.to_owned(), route.declared_at);
        if let Some(&wants) = route.demands.parameters.iter().find(|wants| **wants != has) {
            let pattern = pattern.clone();
            self.faults.push(StartFault::Parameters { pattern, declared_at, has, wants });
        }
        for wanted in route.demands.states.iter().filter(|w| !scope.states.has(w.id)) {
            let (pattern, what) = (pattern.clone(), wanted.name);
            self.faults.push(StartFault::NoState { pattern, declared_at, what });
        }
        let around = || scope.outer_layers.iter().chain(&scope.layers).chain(&route.layers);
        for wanted in &route.demands.middleware {
            if !around().any(|layer| layer.id == wanted.id) {
                let (pattern, what) = (pattern.clone(), wanted.name);
                self.faults.push(StartFault::NoMiddleware { pattern, declared_at, what });
            }
        }
    }

    /// Gives names to the routes: those that were chosen first, which rule over those of functions.
    fn name_routes(&mut self) {
        for (index, (name, scope)) in self.route_names.iter().enumerate() {
            let Name::Chosen(name) = name else { continue };
            let name = format!("{scope}{name}");
            let earlier = self.names.insert(name.clone(), Named::One(index));
            if let Some(Named::One(earlier)) = earlier
                && self.routes[earlier].pattern.text() != self.routes[index].pattern.text()
            {
                self.faults.push(StartFault::NameCollision {
                    name: name.clone(),
                    declared_at: self.routes[index].declared_at,
                    earlier_at: self.routes[earlier].declared_at,
                });
            }
            self.routes[index].name = Some(name);
        }
        for (index, (name, scope)) in self.route_names.iter().enumerate() {
            let Name::OfHandler(name) = name else { continue };
            let name = format!("{scope}{name}");
            let chosen = |named: &Named| match named {
                Named::One(other) => matches!(self.route_names[*other].0, Name::Chosen(_)),
                Named::Several => false,
            };
            match self.names.get(&name) {
                Some(named) if chosen(named) => continue,
                Some(Named::One(other))
                    if self.routes[*other].pattern.text() == self.routes[index].pattern.text() => {}
                Some(_) => drop(self.names.insert(name.clone(), Named::Several)),
                None => drop(self.names.insert(name.clone(), Named::One(index))),
            }
            self.routes[index].name = Some(name);
        }
    }
}
