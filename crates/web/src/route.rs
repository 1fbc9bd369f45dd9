//! A route as it is declared: methods, a pattern, and a handler.
//!
//! ```
//! use gnezdo_web::{App, Path, Route, get, path, post};
//!
//! fn index() -> &'static str { "index" }
//! fn article(Path(year): Path<u16>) -> String { format!("articles of {year}") }
//! fn comment() {}
//!
//! fn urlpatterns() -> Vec<Route> {
//!     vec![
//!         path("/", index),
//!         get("/articles/{year:int}", article).name("archive"),
//!         post("/comments", comment),
//!     ]
//! }
//!
//! let app = App::new().routes(urlpatterns());
//! assert_eq!(app.url_for("archive", [("year", 2026)]).unwrap(), "/articles/2026");
//! ```

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use gnezdo_core::Reply;
use http::Method;

use crate::demands::Demands;
use crate::extract::Routed;
use crate::handler::Handler;
use crate::middleware::{IntoMiddleware, Layer, short_name};

/// A handler, whatever its arguments.
pub(crate) type Answer = Arc<dyn Fn(Routed<'_>) -> Reply + Send + Sync>;

/// A route as it is declared: methods, a pattern, and a handler.
///
/// It is made by [`get`], [`post`] and their like, by [`path`], or by an attribute such as
/// `#[get("/")]`, and given to [`App::routes`](crate::App::routes).
#[derive(Clone)]
#[must_use = "a route answers nothing before an app has it"]
pub struct Route {
    pub(crate) methods: Methods,
    pub(crate) pattern: String,
    pub(crate) name: Name,
    pub(crate) handler: Answer,
    pub(crate) handler_name: String,
    pub(crate) demands: Demands,
    pub(crate) declared_at: &'static Location<'static>,
    pub(crate) layers: Vec<Layer>,
}

/// The methods of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    Any,
    Only(Vec<Method>),
}

/// The name of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// That of its function; others may have it, too.
    OfHandler(String),
    /// Chosen, and so to be the only one.
    Chosen(String),
    /// A closure has no name.
    None,
}

impl Name {
    /// The name of a function, which comes with its modules.
    fn of_function(full: &'static str) -> Self {
        match short_name(full) {
            name if name == "closure" => Self::None,
            name => Self::OfHandler(name),
        }
    }
}

impl Route {
    /// A route for these methods; none at all stand for all of them.
    #[track_caller]
    pub fn new<How, H: Handler<How>>(
        methods: impl IntoIterator<Item = Method>,
        pattern: impl Into<String>,
        handler: H,
    ) -> Self {
        let mut demands = Demands::default();
        H::demands(&mut demands);
        let handler = Arc::new(handler);
        let methods: Vec<Method> = methods.into_iter().collect();
        Self {
            methods: if methods.is_empty() { Methods::Any } else { Methods::Only(methods) },
            pattern: pattern.into(),
            name: Name::of_function(H::function_name()),
            handler: Arc::new(move |routed| H::call(&handler, routed)),
            handler_name: H::function_name().to_owned(),
            demands,
            declared_at: Location::caller(),
            layers: Vec::new(),
        }
    }

    /// Gives the route a name of its own, for [`Urls`](crate::Urls): by default it has that of its
    /// function. Within a named app the app's name and a dot go before it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Name::Chosen(name.into());
        self
    }

    /// Puts a middleware around the handler; one that is added later stands outside of it.
    #[track_caller]
    pub fn wrap<How, M: IntoMiddleware<How> + 'static>(self, middleware: M) -> Self {
        self.with_layer(Layer::new(middleware))
    }

    pub(crate) fn with_layer(mut self, layer: Layer) -> Self {
        self.layers.insert(0, layer);
        self
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("methods", &self.methods)
            .field("pattern", &self.pattern)
            .field("name", &self.name)
            .field("handler", &self.handler_name)
            .finish_non_exhaustive()
    }
}

macro_rules! route_by_method {
    ($($verb:ident $method:ident)+) => {$(
        #[doc = concat!("A route for `", stringify!($method), "`.")]
        #[track_caller]
        pub fn $verb<How>(pattern: impl Into<String>, handler: impl Handler<How>) -> Route {
            Route::new([Method::$method], pattern, handler)
        }
    )+};
}

route_by_method! { get GET post POST put PUT patch PATCH delete DELETE head HEAD options OPTIONS }

/// A route for all methods: the handler looks at the method itself, as a view of Django does.
#[track_caller]
pub fn path<How>(pattern: impl Into<String>, handler: impl Handler<How>) -> Route {
    Route::new([], pattern, handler)
}

/// A function with an attribute such as `#[get("/")]`: what `routes![…]` collects.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no route",
    note = "write an attribute such as `#[get(\"/\")]` above the function, or add it by \
            `App::get(pattern, function)`"
)]
pub trait Declared {
    /// The routes of the function, one for each attribute.
    fn routes() -> Vec<Route>;
}

/// Collects the routes of functions that declare them: `routes![index, shop::pages::order]`.
///
/// It becomes a `Vec<Route>` for [`App::routes`](crate::App::routes). "Expected type, found
/// function" means that a function has no attribute such as `#[get("/")]`.
#[macro_export]
macro_rules! routes {
    ($($declared:path),* $(,)?) => {
        <[::std::vec::Vec<$crate::Route>]>::concat(&[
            $(<$declared as $crate::Declared>::routes()),*
        ])
    };
}
