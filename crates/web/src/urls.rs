//! The addresses of routes by their names.

use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::routing;
use crate::site::Site;

/// The addresses of routes by their names, for handlers.
///
/// ```
/// use gnezdo_web::{App, Html, Path, Problem, Urls};
///
/// fn post(Path(id): Path<u64>) -> String { format!("post {id}") }
///
/// fn index(urls: Urls) -> Result<Html<String>, Problem> {
///     let first = urls.url_for("post", [("id", 1)])?;
///     Ok(Html(format!("<a href=\"{first}\">the first</a>")))
/// }
///
/// let app = App::new().get("/", index).get("/post/{id:int}", post);
/// assert_eq!(app.url_for("post", [("id", 7)]).unwrap(), "/post/7");
/// assert_eq!(app.url_for("index", [("page", 2)]).unwrap(), "/?page=2");
/// ```
#[derive(Clone)]
pub struct Urls(Arc<Site>);

impl Urls {
    pub(crate) fn new(site: &Arc<Site>) -> Self {
        Self(Arc::clone(site))
    }

    /// The address of a route by its name, with values for its parameters; values that the pattern
    /// does not name become the query. The macro [`url_for!`](crate::url_for) takes values of
    /// different types.
    ///
    /// # Errors
    /// If there is no such route, or the values do not fit.
    pub fn url_for<V: UrlValues>(&self, name: &str, values: V) -> Result<String, UrlError> {
        self.0.url_for(name, &values.into_pairs())
    }
}

impl fmt::Debug for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Urls")
    }
}

impl FromHead for Urls {
    type Rejection = Infallible;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Infallible> {
        Ok(Self::new(routed.site()))
    }

    fn demands(_: &mut Demands) {}
}

/// Values for the parameters of a route: a list or an array of names and values, or `()`.
pub trait UrlValues {
    /// The names with their values as text.
    fn into_pairs(self) -> Vec<(Cow<'static, str>, String)>;
}

impl UrlValues for () {
    fn into_pairs(self) -> Vec<(Cow<'static, str>, String)> {
        Vec::new()
    }
}

impl<V: fmt::Display, const COUNT: usize> UrlValues for [(&'static str, V); COUNT] {
    fn into_pairs(self) -> Vec<(Cow<'static, str>, String)> {
        self.into_iter().map(|(name, value)| (name.into(), value.to_string())).collect()
    }
}

impl<V: fmt::Display> UrlValues for Vec<(String, V)> {
    fn into_pairs(self) -> Vec<(Cow<'static, str>, String)> {
        self.into_iter().map(|(name, value)| (name.into(), value.to_string())).collect()
    }
}

/// The address of a route by its name: `url_for!(urls, "post", post_id = 7, page = "all")`.
///
/// `urls` is a [`Urls`] or an [`App`](crate::App); the result is that of [`Urls::url_for`].
///
/// ```
/// use gnezdo_web::{App, Path, url_for};
///
/// fn post(Path((shop, id)): Path<(String, u64)>) -> String { format!("{shop} {id}") }
///
/// let app = App::new().get("/{shop}/{id:int}", post);
/// let url = url_for!(app, "post", shop = "books & more", id = 7, page = 2)?;
/// assert_eq!(url, "/books%20&%20more/7?page=2");
/// # Ok::<(), gnezdo_web::UrlError>(())
/// ```
#[macro_export]
macro_rules! url_for {
    ($urls:expr, $route:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $urls.url_for($route, [$((
            ::core::stringify!($name), ::std::string::ToString::to_string(&$value),
        )),*] as [(&'static str, ::std::string::String); _])
    };
}

/// Why a route has no address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// No route has this name.
    Unknown {
        /// The name.
        name: String,
        /// The most similar name that there is.
        similar: Option<String>,
    },
    /// Several routes with different patterns have this name.
    Ambiguous {
        /// The name.
        name: String,
    },
    /// The values do not fit the pattern.
    Values {
        /// The name of the route.
        name: String,
        /// What is wrong with the values.
        error: routing::UrlError,
    },
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, similar: None } => write!(f, "there is no route named {name:?}"),
            Self::Unknown { name, similar: Some(similar) } => {
                write!(f, "there is no route named {name:?}; is {similar:?} meant?")
            }
            Self::Ambiguous { name } => write!(
                f,
                "several routes are named {name:?}; give each a name of its own with Route::name"
            ),
            Self::Values { name, error } => write!(f, "route {name:?}: {error}"),
        }
    }
}

impl Error for UrlError {}
