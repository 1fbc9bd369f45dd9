//! A table of resources by pattern, and of mounts by prefix.
//!
//! Each of the two is a [`Tree`]; the mounts are asked for one prefix of the path after the
//! other, the longest first. A search of a tree meets each of its nodes at most once, and no
//! prefix is longer than the longest that has a mount. So the cost of a search is bounded by the
//! size of the table, whatever the path contains.
//!
//! The router knows nothing of methods: it shows each fitting resource to its caller, the best
//! one first, until the caller takes one.

use std::borrow::Cow;
use std::iter::successors;

use super::captures::Captures;
use super::pattern::{Pattern, Segment};
use super::pattern_error::PatternError;
use super::tree::Tree;
use crate::percent;

/// How many bytes a path has at most; a longer one fits nothing. The crate `http` makes no
/// longer `Uri`, and positions are kept in 16 bits.
pub const PATH_BYTES_MAX: usize = u16::MAX as usize;

/// A table of resources by pattern.
///
/// The [front page](super) has the rules of patterns, paths and mounts.
pub struct Router<T> {
    routes: Tree<T>,
    mounts: Tree<T>,
    /// How many segments the longest prefix of a mount has; `None` without mounts.
    prefix_segments_max: Option<usize>,
}

/// Why no resource was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No pattern fits, or the caller took none of those that do.
    Missing,
    /// The path cannot be decoded, so that no pattern can fit.
    Undecodable,
}

impl<T> Router<T> {
    /// A table without resources: nothing is found in it.
    pub fn new() -> Self {
        Self { routes: Tree::new(), mounts: Tree::new(), prefix_segments_max: None }
    }

    /// The resource of a pattern, made if this is the first pattern of its shape.
    ///
    /// Names of parameters are no part of the shape: `/a/{x}` and `/a/{y}` are one resource.
    pub fn resource(&mut self, pattern: &Pattern) -> &mut T
    where
        T: Default,
    {
        self.routes.resource(&pattern.segments)
    }

    /// What is mounted at a prefix, made if this is the first pattern of its shape. It takes
    /// the path of the prefix and all paths below it that no route took.
    ///
    /// A slash at the end of the prefix adds nothing; `/` takes every path.
    ///
    /// ```
    /// use gnezdo_web::routing::{Converters, Pattern, Router};
    ///
    /// let mut router = Router::new();
    /// *router.mount(&Pattern::parse("/static", &Converters::new())?)? = "folder";
    /// let path = "/static/css/site.css";
    /// let found = router.find(path, |_, captures| captures.rest());
    /// assert_eq!(found.map(|rest| &path[rest..]), Ok("/css/site.css"));
    /// # Ok::<(), gnezdo_web::routing::PatternError>(())
    /// ```
    ///
    /// # Errors
    /// If the pattern has a `path` parameter.
    pub fn mount(&mut self, prefix: &Pattern) -> Result<&mut T, PatternError>
    where
        T: Default,
    {
        let segments: &[Segment] = prefix.prefix()?;
        self.prefix_segments_max = self.prefix_segments_max.max(Some(segments.len()));
        Ok(self.mounts.resource(segments))
    }

    /// Shows what fits a path to `take`, the best first, until it takes one. Values lie in the
    /// path as it was given.
    ///
    /// # Errors
    /// If none was taken.
    pub fn find<'r, R>(
        &'r self,
        path: &str,
        mut take: impl FnMut(&'r T, &Captures) -> Option<R>,
    ) -> Result<R, NotFound> {
        if !is_path(path) {
            return Err(NotFound::Missing);
        }
        if let Some(taken) = self.routes.find(path, &mut take) {
            return Ok(taken);
        }
        if let Some(taken) = self.find_mount(path, take) {
            return Ok(taken);
        }
        Err(if percent::is_decodable(path) { NotFound::Missing } else { NotFound::Undecodable })
    }

    /// Shows the resources that fit the path with a slash added to its end, or with that slash
    /// taken away, to `take`. Returns that path, for a redirect, and what was taken.
    ///
    /// Mounts are not shown: they take either path.
    pub fn with_other_slash<'r, 'p, R>(
        &'r self,
        path: &'p str,
        take: impl FnMut(&'r T, &Captures) -> Option<R>,
    ) -> Option<(Cow<'p, str>, R)> {
        let other = other_slash(path)?;
        let taken = self.routes.find(&other, take)?;
        Some((other, taken))
    }

    fn find_mount<'r, R>(
        &'r self,
        path: &str,
        mut take: impl FnMut(&'r T, &Captures) -> Option<R>,
    ) -> Option<R> {
        let mut slashes = path.match_indices('/');
        let longest = slashes.nth(self.prefix_segments_max?).map_or(path.len(), |(at, _)| at);
        successors(Some(longest), |end| path[..*end].rfind('/')).find_map(|end| {
            let shown = &mut |mount, captures: &Captures| take(mount, &captures.with_rest(end));
            self.mounts.find(&path[..end], shown)
        })
    }
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self::new()
    }
}

fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.len() <= PATH_BYTES_MAX
}

/// The path with the slash at its end added or taken away; `None` for those that must not
/// become a redirect.
fn other_slash(path: &str) -> Option<Cow<'_, str>> {
    // A reference that begins with two slashes names a host (RFC 3986 §4.2), and browsers take
    // a backslash for a slash.
    if !is_path(path) || matches!(path.as_bytes(), [_] | [_, b'/' | b'\\', ..]) {
        return None;
    }
    let other = match path.strip_suffix('/') {
        Some(without) => Cow::Borrowed(without),
        None => Cow::Owned(format!("{path}/")),
    };
    is_path(&other).then_some(other)
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
