//! HTML templates, in the language of Jinja2, by the crate `minijinja`.
//!
//! Templates come from a folder, or from the program itself. What a template says is escaped as
//! HTML if its name ends with `.html`, `.htm` or `.xml`. They know the addresses of routes
//! (`url_for`), and are looked at when the app starts: a template that cannot be read, or that asks
//! for a route that is not there, is told before anybody meets it.
//!
//! Rendering does not wait, and happens on one thread: that is how the functions of templates know
//! the request that they are rendered for.

mod code;
mod functions;
mod links;
#[cfg(feature = "sessions")]
mod visitor;

use std::any::type_name;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::Environment;
pub use minijinja::context;
pub use minijinja::value::{Serde, Value};

use self::functions::Current;
use self::links::links;
use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::html::Html;
use crate::problem::Problem;
use crate::rejection::Rejection;
use crate::site::Site;
use crate::urls::Urls;

/// The templates of an app: a folder, or templates that are part of the program.
///
/// ```
/// use gnezdo_web::templates::{Page, Templates, context};
/// use gnezdo_web::{App, Html, Path, Problem};
///
/// fn greet(Path(name): Path<String>, page: Page) -> Result<Html<String>, Problem> {
///     page.render("greet.html", context! { name })
/// }
///
/// let templates = Templates::embedded([
///     ("greet.html", "<h1>Hello, {{ name }}!</h1> <a href=\"{{ url_for('greet', name='you') }}\">You</a>"),
/// ]);
/// let app = App::new().templates(templates).get("/greet/{name}", greet);
/// assert!(app.check().is_ok());
/// ```
#[derive(Clone)]
pub struct Templates {
    environment: Arc<Environment<'static>>,
    source: Arc<Source>,
}

/// Where templates come from.
enum Source {
    Folder(PathBuf),
    Embedded(Vec<(&'static str, &'static str)>),
}

impl Templates {
    /// The templates in a folder; one that is not absolute is looked for in the working directory.
    /// The macro `templates!` of the crate `gnezdo` takes a folder of the crate.
    ///
    /// In a program that was built for debugging, files are read again when they have changed.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let mut environment = functions::environment();
        environment.set_loader(minijinja::path_loader(&path));
        environment.set_auto_reload(cfg!(debug_assertions));
        Self { environment: Arc::new(environment), source: Arc::new(Source::Folder(path)) }
    }

    /// Templates that are part of the program: their names and their texts.
    pub fn embedded(templates: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let templates: Vec<_> = templates.into_iter().collect();
        let mut environment = functions::environment();
        for (name, text) in &templates {
            // One that cannot be read is told when the app starts, by `faults`.
            let _ = environment.add_template(name, text);
        }
        Self { environment: Arc::new(environment), source: Arc::new(Source::Embedded(templates)) }
    }

    /// Adds filters, functions and settings of your own.
    ///
    /// ```
    /// use gnezdo_web::templates::Templates;
    ///
    /// let templates = Templates::folder("templates").with(|environment| {
    ///     environment.add_filter("shout", |text: String| text.to_uppercase());
    /// });
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Environment<'static>)) -> Self {
        change(Arc::make_mut(&mut self.environment));
        self
    }

    /// What is wrong with the templates: each that cannot be read, and each address that no route
    /// has.
    pub(crate) fn faults(&self, site: &Site) -> Vec<String> {
        let texts = match self.source.texts() {
            Ok(texts) => texts,
            Err(fault) => return vec![fault],
        };
        texts.iter().flat_map(|(name, text)| self.faults_of(name, text, site)).collect()
    }

    fn faults_of(&self, name: &str, text: &str, site: &Site) -> Vec<String> {
        if let Err(error) = self.environment.template_from_named_str(name, text) {
            return vec![format!("template {error}")];
        }
        let fault = |link: links::Link<'_>| {
            let fault = site.judge_link(link.route, &link.values)?;
            Some(format!("template {name}:{}: {fault}", link.line))
        };
        links(text).filter_map(fault).collect()
    }
}

impl Source {
    /// The names and texts of all templates, in the order of their names.
    fn texts(&self) -> Result<Vec<(String, String)>, String> {
        let mut texts = Vec::new();
        match self {
            Self::Embedded(templates) => {
                texts.extend(templates.iter().map(|(name, text)| ((*name).into(), (*text).into())));
            }
            Self::Folder(path) => add_texts(path, "", &mut texts).map_err(|error| {
                format!("the folder of templates {} cannot be read: {error}", path.display())
            })?,
        }
        texts.sort();
        Ok(texts)
    }
}

/// Adds the templates in a folder and below it. Hidden ones cannot be loaded, and what is no text
/// is none.
fn add_texts(
    folder: &Path,
    prefix: &str,
    texts: &mut Vec<(String, String)>,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            add_texts(&entry.path(), &format!("{prefix}{name}/"), texts)?;
        } else if let Ok(text) = String::from_utf8(std::fs::read(entry.path())?) {
            texts.push((format!("{prefix}{name}"), text));
        }
    }
    Ok(())
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.source {
            Source::Folder(path) => write!(f, "Templates({})", path.display()),
            Source::Embedded(templates) => write!(f, "Templates({} embedded)", templates.len()),
        }
    }
}

/// Renders templates for a request: an argument of handlers.
///
/// Templates have, beside what they are given:
///
/// | | |
/// |---|---|
/// | `url_for("post", post_id=7)` | the address of a route; values that its pattern does not name become the query |
/// | `session("user")` | a value of the [`Session`](crate::Session); `undefined` if it is not there |
/// | `flash_messages()` | the messages that were left for this page, each with its `level` and `text`; they are forgotten by that |
/// | `csrf_field()` | the token of [`Csrf`](crate::middleware::Csrf) as a field of a form |
/// | `csrf_token()` | the token itself |
///
/// All but the first need the feature `sessions`, and their middleware around the route.
#[derive(Clone, Debug)]
pub struct Page {
    templates: Templates,
    current: Current,
}

impl Page {
    /// Renders a template with these values: `context! { title, posts => … }`, or
    /// `Serde(value)` for whatever serde can serialize.
    ///
    /// # Errors
    /// 500 if there is no such template, or it fails; debug mode shows where.
    pub fn render(&self, name: &str, values: impl Into<Value>) -> Result<Html<String>, Problem> {
        let template = self.templates.environment.get_template(name)?;
        self.current.during(|| Ok(Html(template.render(values)?)))
    }
}

impl FromHead for Page {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let templates = routed.state::<Templates>().cloned();
        let templates =
            templates.ok_or(Rejection::NotProvided { what: type_name::<Templates>() })?;
        let current = Current {
            urls: Urls::new(routed.site()),
            #[cfg(feature = "sessions")]
            visitor: visitor::Visitor::of(routed.request().extensions()),
        };
        Ok(Self { templates, current })
    }

    fn demands(demands: &mut Demands) {
        demands.state::<Templates>();
    }
}
