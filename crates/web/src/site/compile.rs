//! From a plan to a site: everything is looked at, and all that is wrong is told at once.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use super::hosts::{Hosts, host_name};
use super::{Live, Mount, Named, Site, Watch};
use crate::demands::Demands;
use crate::extract::state::States;
use crate::middleware::Layer;
use crate::plan::{Entry, Fallback, Hook, Mounted, Plan};
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
        let mut compiling = Compiling::new();
        compiling.add_converters(plan);
        let scope = Scope {
            outer_layers: plan.layers.clone(),
            states: Arc::new(plan.states.clone()),
            ..Scope::default()
        };
        compiling.begin_table(None, plan);
        compiling.add_entries(plan, &scope);
        compiling.name_routes();
        let (mut site, mut faults) = compiling.into_site(plan);
        site.judge(plan, &mut faults);
        if !faults.is_empty() {
            return Err(StartError::new(faults));
        }
        site.wants_connection_info |= site.has_lookers();
        Ok(site)
    }

    /// Whether a middleware or a service of others wants to know where requests come from.
    fn has_lookers(&self) -> bool {
        let mut layers = self
            .layers
            .iter()
            .chain(self.hosts.all().iter().flat_map(|table| &table.layers))
            .chain(self.routes.iter().flat_map(|route| &route.layers))
            .chain(self.mounts.iter().flat_map(|mount| &mount.layers));
        let mut services = self
            .mounts
            .iter()
            .map(|mount| &mount.service)
            .chain(self.hosts.all().iter().filter_map(|table| table.fallback.as_ref()));
        layers.any(|layer| layer.middleware.wants_connection_info())
            || services.any(|service| (**service).wants_connection_info())
    }

    /// What can only be looked at when all routes are known.
    fn judge(&self, plan: &Plan, faults: &mut Vec<StartFault>) {
        let texts = plan.checks.iter().flat_map(|check| check(self));
        faults.extend(texts.map(|text| StartFault::Template { text }));
        for entry in &plan.entries {
            if let Entry::Nested { plan, .. } | Entry::Host { plan, .. } = entry {
                self.judge(plan, faults);
            }
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
    names: HashMap<String, Named>,
    wants_connection_info: bool,
    faults: Vec<StartFault>,
}

impl Compiling {
    fn new() -> Self {
        Self {
            converters: Converters::new(),
            hosts: Hosts::new(),
            routes: Vec::new(),
            route_names: Vec::new(),
            mounts: Vec::new(),
            names: HashMap::new(),
            wants_connection_info: false,
            faults: Vec::new(),
        }
    }

    /// What was compiled, and what is wrong with it.
    fn into_site(self, plan: &Plan) -> (Site, Vec<StartFault>) {
        let site = Site {
            hosts: self.hosts,
            routes: self.routes,
            mounts: self.mounts,
            layers: plan.layers.clone(),
            names: self.names,
            hook: plan.hook.clone(),
            slashes: plan.slashes,
            debug: plan.debug,
            content_bytes_max: plan.content_bytes_max,
            wants_connection_info: self.wants_connection_info,
        };
        (site, self.faults)
    }

    /// Adds the converters of an app and of all within it: they are the same everywhere.
    fn add_converters(&mut self, plan: &Plan) {
        for converter in &plan.converters {
            let (fits, declared_at) = (Arc::clone(&converter.fits), converter.declared_at);
            let fits = move |text: &str| fits(text);
            match self.converters.clone().with(&converter.name, fits) {
                Ok(more) => self.converters = more,
                Err(error) => self.faults.push(StartFault::Converter { error, declared_at }),
            }
        }
        for entry in &plan.entries {
            if let Entry::Nested { plan, .. } | Entry::Host { plan, .. } = entry {
                self.add_converters(plan);
            }
        }
    }

    /// Every host answers `OPTIONS *`, whether it has routes or not.
    fn begin_table(&mut self, host: Option<&str>, plan: &Plan) {
        let table = self.hosts.table_mut(host);
        table.allowed.extend([].iter());
        if let Some(Fallback { service, declared_at }) = &plan.fallback {
            table.fallback = Some(Arc::clone(service));
            if let Err(error) = service.check() {
                let text = error.to_string();
                self.faults.push(StartFault::Fallback { declared_at, text });
            }
        }
    }

    fn add_entries(&mut self, plan: &Plan, scope: &Scope) {
        for entry in &plan.entries {
            match entry {
                Entry::Route(route) => self.add_route(route, scope),
                Entry::Nested { prefix, plan, declared_at } => {
                    self.add_nested(prefix, plan, declared_at, scope);
                }
                Entry::Host { host, plan, declared_at } => {
                    self.add_host(host, plan, declared_at, scope);
                }
                Entry::Mounted(mounted) => self.add_mount(mounted, scope),
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
        let inner = scope.within(plan, "");
        let Some(table) = self.hosts.add(&name) else {
            self.faults.push(StartFault::HostCollision { host: name, declared_at });
            return;
        };
        // Its own middleware stands before its routing; that of an app around it at each route.
        table.layers.clone_from(&plan.layers);
        table.hook.clone_from(&inner.hook);
        self.begin_table(Some(&name), plan);
        let outer_layers = scope.outer_layers.iter().chain(&plan.layers).cloned().collect();
        let layers = scope.layers.clone();
        self.add_entries(plan, &Scope { host: Some(name), outer_layers, layers, ..inner });
    }

    fn add_mount(&mut self, mounted: &Mounted, scope: &Scope) {
        let Mounted { prefix, service, service_name, declared_at } = mounted;
        let text = match (scope.prefix.as_str(), prefix.as_str()) {
            (outer, "/") if !outer.is_empty() => outer.to_owned(),
            (outer, prefix) => format!("{outer}{prefix}"),
        };
        if let Err(error) = service.check() {
            let (prefix, text) = (text.clone(), error.to_string());
            self.faults.push(StartFault::Service { prefix, declared_at, text });
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
            let earlier = self.mounts[earlier].declared_at;
            self.faults.push(StartFault::MountCollision { prefix: text, declared_at, earlier });
            return;
        }
        self.mounts.push(Mount {
            prefix: pattern,
            host: scope.host.clone(),
            service: Arc::clone(service),
            service_name,
            declared_at,
            layers: scope.layers.clone(),
            hook: scope.hook.clone(),
        });
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
        let around: Vec<&Layer> =
            scope.outer_layers.iter().chain(&scope.layers).chain(&route.layers).collect();
        for wanted in &route.demands.middleware {
            if !around.iter().any(|layer| layer.id == wanted.id) {
                let (pattern, what) = (pattern.clone(), wanted.name);
                self.faults.push(StartFault::NoMiddleware { pattern, declared_at, what });
            }
        }
        self.judge_order(&around);
    }

    /// Looks whether each middleware has what it needs outside of it.
    fn judge_order(&mut self, around: &[&Layer]) {
        for (index, layer) in around.iter().enumerate() {
            let mut demands = Demands::default();
            layer.middleware.demands(&mut demands);
            for wanted in &demands.middleware {
                let (middleware, what) = (layer.name.clone(), wanted.name);
                let declared_at = layer.declared_at;
                let fault = StartFault::MiddlewareAlone { middleware, declared_at, what };
                let is_outside = around[..index].iter().any(|outer| outer.id == wanted.id);
                if !is_outside && !self.faults.contains(&fault) {
                    self.faults.push(fault);
                }
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
