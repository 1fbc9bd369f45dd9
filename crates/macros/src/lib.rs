//! Routes declared on functions: `#[get("/user/{name}")]` and its like.
//!
//! An attribute leaves its function as it is and puts a hidden type of the same name beside it:
//! functions and types have namespaces of their own, so `use views::profile;` brings both, and
//! `routes![views::profile]` finds the type by the name of the function.
//!
//! ```text
//! #[get("/user/{name}")]                 fn profile(…) → … { … }
//! fn profile(…) → … { … }      ──►       struct profile {}
//!                                        impl Declared for profile { fn routes() → Vec<Route> … }
//! ```
//!
//! What can be seen without types is refused here, where the compiler can point to it; what the
//! arguments and the answer are, the compiler is asked in a way that makes it point to the one that
//! does not fit. The rest is checked when the app starts.
//!
//! Nothing here is used on its own: the crate `gnezdo` has these attributes, and their docs.
#![forbid(unsafe_code)]

mod arguments;
mod declaration;
mod fitting;
mod function;
mod pattern;
mod templates;

use proc_macro::TokenStream;

use arguments::Verb;

macro_rules! attribute_by_method {
    ($($attribute:ident $method:ident)+) => {$(
        #[doc = concat!("Declares a route for `", stringify!($method), "` on its function.")]
        ///
        /// Takes what [`macro@route`] takes, but for `methods`.
        #[proc_macro_attribute]
        pub fn $attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
            declaration::expand(Verb::Method(stringify!($method)), arguments.into(), &item.into())
                .into()
        }
    )+};
}

attribute_by_method! {
    get GET post POST put PUT patch PATCH delete DELETE head HEAD options OPTIONS
}

/// Declares a route on its function, for some methods or for all of them.
///
/// ```
/// use gnezdo::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Words {
///     words: String,
/// }
///
/// fn marked(request: Request, next: Next) -> Reply {
///     next.call(request).map(|mut response| {
///         response.headers_mut().insert("x-by", "gnezdo".parse().unwrap());
///         response
///     })
/// }
///
/// #[route("/search", methods = ["GET", "POST"], name = "find", blocking, wrap = marked)]
/// fn search(Query(Words { words }): Query<Words>) -> Result<String, Problem> {
///     Ok(std::fs::read_to_string("words")?.replace(&words, "***"))
/// }
///
/// let app = App::new().routes(routes![search]);
/// assert_eq!(app.url_for("find", [("words", "nest")]).unwrap(), "/search?words=nest");
/// ```
///
/// | argument | |
/// |---|---|
/// | `"/search"` | the pattern; always the first |
/// | `methods = ["GET", "POST"]` | the methods; without it, all of them |
/// | `name = "find"` | the name for `url_for`; without it, that of the function |
/// | `blocking` | the function waits: it runs on a thread for such functions |
/// | `wrap = expression` | a middleware around the function; a later one stands outside of it |
///
/// The function stays as it is and can be called; several attributes give it several routes. Beside
/// it stands a hidden type of its name, so a module or a type of that name finds no room there.
#[proc_macro_attribute]
pub fn route(arguments: TokenStream, item: TokenStream) -> TokenStream {
    declaration::expand(Verb::Route, arguments.into(), &item.into()).into()
}

/// The templates in a folder of the crate: `templates!("templates")`.
///
/// A program that is built for debugging reads them from there, and again when they have changed.
/// A release has them within itself, if the feature `embed` is on, which it is by default; without
/// it the folder is looked for in the working directory.
///
/// A template that is added or taken away is noticed when the crate is built again for another
/// reason.
#[proc_macro]
pub fn templates(folder: TokenStream) -> TokenStream {
    let folder = syn::parse_macro_input!(folder as syn::LitStr);
    templates::expand(&folder).unwrap_or_else(|error| error.to_compile_error()).into()
}
