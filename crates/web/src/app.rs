//! The app: routes and all that stands around them, as a service.
//!
//! It is put together by value, in any order, and looked at as a whole when it starts
//! ([`App::check`]): then it is compiled into what answers requests, and does not change any more.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use gnezdo_core::{Command, Glance, Reply, Request, Response, Service};
use http::Method;

use crate::asked::Asked;
use crate::handler::Handler;
use crate::listing::{RouteInfo, routes_command};
use crate::middleware::{IntoMiddleware, Layer};
use crate::plan::{Converter, Debug, Entry, Fallback, Mounted, Plan, Slashes};
use crate::problem::Problem;
use crate::route::Route;
use crate::site::Site;
use crate::start::StartError;
use crate::urls::{UrlError, UrlValues};

/// Routes and all that stands around them: what answers requests.
///
/// The [crate's front page](crate) has the rules of patterns, paths and methods. Cloning an app is
/// cheap; clones answer alike.
#[derive(Clone)]
pub struct App {
    plan: Arc<Plan>,
    site: Arc<OnceLock<Result<Arc<Site>, StartError>>>,
}

macro_rules! route_by_method {
    ($($verb:ident $method:ident)+) => {$(
        #[doc = concat!("Answers `", stringify!($method), "` at a pattern.")]
        #[must_use]
        #[track_caller]
        pub fn $verb<How>(self, pattern: &str, handler: impl Handler<How>) -> Self {
            self.route(Route::new([Method::$method], pattern, handler))
        }
    )+};
}

impl App {
    /// An app without routes: it answers everything with 404.
    pub fn new() -> Self {
        Self { plan: Arc::new(Plan::new()), site: Arc::default() }
    }

    route_by_method! {
        get GET post POST put PUT patch PATCH delete DELETE head HEAD options OPTIONS
    }

    /// Adds a route.
    #[must_use]
    pub fn route(self, route: Route) -> Self {
        self.with(|plan| plan.entries.push(Entry::Route(route)))
    }

    /// Adds routes: `routes![…]`, or a list like Django's `urlpatterns`.
    #[must_use]
    pub fn routes(self, routes: impl IntoIterator<Item = Route>) -> Self {
        self.with(|plan| plan.entries.extend(routes.into_iter().map(Entry::Route)))
    }

    /// Names the app, as Flask names a blueprint: where it is nested, its name and a dot go before
    /// the names of its routes.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with(|plan| plan.name = Some(name.into()))
    }

    /// Puts the routes of another app below a prefix, such as `/shop` or `/user/{name}`; an empty
    /// one only groups them.
    ///
    /// Its middleware, its state and its hook for problems stay with its routes; what it does not
    /// have it gets from this app. Its other settings are those of this app.
    #[must_use]
    #[track_caller]
    pub fn nest(self, prefix: &str, app: Self) -> Self {
        let (prefix, declared_at) = (prefix.to_owned(), Location::caller());
        self.with(|plan| {
            plan.entries.push(Entry::Nested { prefix, plan: app.plan, declared_at });
        })
    }

    /// Hands requests for a host to another app: `shop.example`, or `*.shop.example` for all hosts
    /// below. The port does not count. Other requests stay with this app.
    ///
    /// Its middleware, its state, its hook for problems and its fallback stay with its host, within
    /// those of this app; its other settings are those of this app.
    #[must_use]
    #[track_caller]
    pub fn host(self, host: &str, app: Self) -> Self {
        let (host, declared_at) = (host.to_owned(), Location::caller());
        self.with(|plan| plan.entries.push(Entry::Host { host, plan: app.plan, declared_at }))
    }

    /// Puts another service below a prefix: a folder, a tower service, an app with settings of its
    /// own. It does not see the prefix; [`OriginalUri`](crate::OriginalUri) has it. Routes of the
    /// app below the same prefix win. Addresses that a mounted app makes by name lack the prefix;
    /// those of a [nested](Self::nest) one have it.
    #[must_use]
    #[track_caller]
    pub fn mount(self, prefix: &str, service: impl Service) -> Self {
        let (prefix, declared_at) = (prefix.to_owned(), Location::caller());
        let service_name = std::any::type_name_of_val(&service);
        let service = Arc::new(service);
        let mounted = Mounted { prefix, service, service_name, declared_at };
        self.with(|plan| plan.entries.push(Entry::Mounted(mounted)))
    }

    /// Hands requests for paths without a route to another service, as they came.
    ///
    /// ```
    /// use gnezdo_core::{Body, Reply, Request, Response};
    /// use gnezdo_web::App;
    ///
    /// # struct Folder;
    /// # impl gnezdo_core::Service for Folder {
    /// #     fn call(&self, _: Request) -> Reply { Reply::Now(Response::new(Body::empty())) }
    /// # }
    /// let app = App::new().get("/api/time", || "now").fallback(Folder);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn fallback(self, service: impl Service) -> Self {
        let fallback = Fallback { service: Arc::new(service), declared_at: Location::caller() };
        self.with(|plan| plan.fallback = Some(fallback))
    }

    /// Puts a middleware around the app; one that is added later stands outside of it.
    #[must_use]
    #[track_caller]
    pub fn wrap<How, M: IntoMiddleware<How> + 'static>(self, middleware: M) -> Self {
        let layer = Layer::new(middleware);
        self.with(|plan| plan.layers.insert(0, layer))
    }

    /// Gives handlers a value, by its type: see [`State`](crate::State). A second one of the same
    /// type takes the place of the first.
    #[must_use]
    pub fn state<T: Clone + Send + Sync + 'static>(self, value: T) -> Self {
        self.with(|plan| plan.states.insert(value))
    }

    /// Adds a converter for patterns: `{code:hex}` takes the segments that `fits` takes.
    ///
    /// ```
    /// use gnezdo_web::{App, Path};
    ///
    /// let app = App::new()
    ///     .converter("hex", |text| text.bytes().all(|octet| octet.is_ascii_hexdigit()))
    ///     .get("/color/{code:hex}", |Path(code): Path<String>| code);
    /// assert!(app.check().is_ok());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn converter(
        self,
        name: &str,
        fits: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        let (name, declared_at) = (name.to_owned(), Location::caller());
        let converter = Converter { name, fits: Arc::new(fits), declared_at };
        self.with(|plan| plan.converters.push(converter))
    }

    /// Decides about problems: what the hook gives is the answer, `None` leaves it as it would be.
    ///
    /// Every refusal of the app, every rejection of an argument, every [`Problem`] and every panic
    /// comes by here, with what is remembered of the request. What a handler gives as an answer with
    /// a status of its own, such as `(StatusCode::CONFLICT, "taken")`, is its answer.
    ///
    /// ```
    /// use gnezdo_web::{App, Html, IntoResponse};
    ///
    /// let app = App::new().on_problem(|problem, asked| {
    ///     let is_missing_page = problem.status() == 404 && asked.wants_page();
    ///     is_missing_page.then(|| (problem.status(), Html("<h1>Lost?</h1>")).into_response())
    /// });
    /// ```
    #[must_use]
    pub fn on_problem(
        self,
        hook: impl Fn(&Problem, &Asked) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        self.with(|plan| plan.hook = Some(Arc::new(hook)))
    }

    /// What is done about a path that would have a route with one slash more or less at its end:
    /// by default the client is sent there.
    #[must_use]
    pub fn slashes(self, slashes: Slashes) -> Self {
        self.with(|plan| plan.slashes = slashes)
    }

    /// Whether problems show what is behind them: by default they do in a program that was built
    /// for debugging (`cargo run` without `--release`).
    #[must_use]
    pub fn debug(self, debug: Debug) -> Self {
        self.with(|plan| plan.debug = debug)
    }

    /// How many bytes of content a handler takes that wants all of it: 2 MiB by default. More is
    /// 413. A [`BodyLimit`](crate::middleware::BodyLimit) sets another for some routes; content
    /// that is read as it comes (`Body`, `Multipart`) has the limits of the server and its own.
    #[must_use]
    pub fn content_bytes_max(self, bytes: u64) -> Self {
        self.with(|plan| plan.content_bytes_max = bytes)
    }

    /// Gives handlers templates, by [`Page`](crate::templates::Page). They are looked at when the
    /// app starts.
    #[cfg(feature = "templates")]
    #[must_use]
    pub fn templates(self, templates: crate::templates::Templates) -> Self {
        let check = templates.clone();
        let app = self.state(templates);
        app.with(|plan| plan.checks.push(Arc::new(move |site| check.faults(site))))
    }

    /// Adds a command to the app's command line, beside `run` and `routes`.
    #[must_use]
    pub fn command(self, command: Command) -> Self {
        self.with(|plan| plan.commands.push(command))
    }

    /// Looks whether the app can start: every pattern can be read, no two routes collide, every
    /// handler gets what it asks for. A server does this before it serves.
    ///
    /// # Errors
    /// All that is wrong, each with the place in the source where it was declared.
    pub fn check(&self) -> Result<(), StartError> {
        self.compiled().map(|_| ())
    }

    /// The address of a route by its name, with values for its parameters; values that the pattern
    /// does not name become the query. See [`Urls`](crate::Urls) for handlers.
    ///
    /// # Errors
    /// If there is no such route, or the values do not fit.
    ///
    /// # Panics
    /// If the app cannot start: see [`check`](Self::check).
    pub fn url_for<V: UrlValues>(&self, name: &str, values: V) -> Result<String, UrlError> {
        self.site().url_for(name, &values.into_pairs())
    }

    /// All routes, in the order in which they were declared.
    ///
    /// # Panics
    /// If the app cannot start: see [`check`](Self::check).
    pub fn route_list(&self) -> Vec<RouteInfo> {
        RouteInfo::list(self.site())
    }

    /// Changes the plan: what was compiled before counts no more.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        change(Arc::make_mut(&mut self.plan));
        self.site = Arc::default();
        self
    }

    fn compiled(&self) -> Result<&Arc<Site>, StartError> {
        let compiled = self.site.get_or_init(|| Site::compile(&self.plan).map(Arc::new));
        compiled.as_ref().map_err(Clone::clone)
    }

    /// What answers requests.
    ///
    /// # Panics
    /// If the app cannot start.
    pub(crate) fn site(&self) -> &Arc<Site> {
        match self.site.get() {
            Some(Ok(site)) => site,
            _ => match self.compiled() {
                Ok(site) => site,
                Err(error) => panic!("{error}"),
            },
        }
    }
}

impl Service for App {
    fn call(&self, request: Request) -> Reply {
        self.site().call(request)
    }

    /// A handler that only wants parameters of the path, or nothing, needs no request.
    fn glance(&self, request: Glance<'_>) -> Option<Reply> {
        self.site().glance(request)
    }

    fn can_glance(&self) -> bool {
        self.site().can_glance()
    }

    fn wants_connection_info(&self) -> bool {
        self.site().wants_connection_info()
    }

    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self::check(self)?)
    }

    /// `routes`, and those that were [added](Self::command).
    fn commands(&self) -> Vec<Command> {
        let mut commands = vec![routes_command(self.clone())];
        commands.extend(self.plan.all_commands());
        commands
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("entries", &self.plan.entries.len()).finish_non_exhaustive()
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}
