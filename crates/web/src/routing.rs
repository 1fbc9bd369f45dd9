//! Routing: which resource a path names, and which path names a resource.
//!
//! ```text
//! "/post/{id:int}" ──► Pattern ──► Router ──► resource + captures     path to resource
//!                         └──────► url ─────► "/post/7?page=2"        resource to path
//! ```
//!
//! It knows nothing of methods, handlers and requests: a [`Router`] holds whatever it is given.
//!
//! ```
//! use gnezdo_web::routing::{Converters, Pattern, Router};
//!
//! let converters = Converters::new();
//! let post = Pattern::parse("/post/{id:int}", &converters)?;
//! let mut router = Router::new();
//! *router.resource(&post) = "post";
//!
//! let path = post.url(&[("id", "7")])?;
//! assert_eq!(path, "/post/7");
//! let found = router.find(&path, |name, captures| Some((*name, captures.value(&path, 0))));
//! assert_eq!(found, Ok(("post", Some("7".into()))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Patterns
//!
//! A pattern is a path whose segments are text or parameters. A parameter fills its segment:
//!
//! | written | takes |
//! |---|---|
//! | `{name}`, `{name:str}` | one segment that is not empty |
//! | `{name:int}` | ASCII digits, up to 2⁶⁴ − 1 |
//! | `{name:float}` | ASCII digits, perhaps `-` before them, perhaps `.` and digits after them |
//! | `{name:uuid}` | 32 hexadecimal digits in groups of 8-4-4-4-12, in either case |
//! | `{name:path}` | one or more segments, to the end of the path |
//! | `{name:own}` | what the [converter](Converters::with) `own` takes |
//!
//! Where several patterns fit, the leftmost segment in which they differ decides: text wins
//! over `int`, then come `float`, `uuid`, one's own converters in the order in which they were
//! added, `str`, and `path`; the order of the declarations does not count.
//!
//! # Paths
//!
//! * A path is split at its slashes first, then each segment is percent-decoded (RFC 3986
//!   §2.4): `/user/a%2Fb` has two segments, and the second is the text `a/b`. Patterns are
//!   written decoded.
//! * `path` refuses an encoded slash, which its value could not tell from a real one. The
//!   value may contain `..`: it is text, not a safe name of a file.
//! * A slash at the end counts: `/a` and `/a/` are different resources;
//!   [`Router::with_other_slash`] finds the one for the other. Empty segments within a path fit
//!   no parameter but `path`.
//! * A path whose percent-coding is broken, or whose segments are not UTF-8, fits no route.
//!
//! # Mounts
//!
//! A [mount](Router::mount) has a prefix and takes that path, the same with a slash, and all
//! paths below it. It stands back for all routes that fit. Of several mounts the one with most
//! segments comes first.

mod captures;
mod converter;
mod edges;
mod pattern;
mod pattern_error;
mod router;
mod tree;
mod url;
mod words;

pub use captures::Captures;
pub use converter::{ConverterError, Converters};
pub use pattern::{PARAMETERS_MAX, Pattern, SEGMENTS_MAX};
pub use pattern_error::PatternError;
pub use router::{NotFound, PATH_BYTES_MAX, Router};
pub use url::UrlError;
