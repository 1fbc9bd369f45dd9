//! How a service over files is put together, and what can be wrong with its root.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use crate::cache::Cache;
use crate::clock::{LAG, Millis};
use crate::path::{Refusal, SafePath};
use crate::resolve::{Links, Root};
use crate::service::Files;
use crate::settings::{Settings, is_framing};

/// The page for what is not there, in the root.
const NOT_FOUND_PAGE: &str = "404.html";

/// Puts a [`Files`] together: see [`Files::builder`].
///
/// ```
/// # fn main() -> Result<(), gnezdo_files::RootError> {
/// let files = gnezdo_files::Files::builder(".")
///     .index(["index.html", "README.md"])
///     .cache_control(Some(http::HeaderValue::from_static("max-age=60")))
///     .build()?;
/// # drop(files);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    root: PathBuf,
    index: Vec<String>,
    listing: bool,
    spa: Option<String>,
    hidden: bool,
    links: Links,
    has_kernel: bool,
    compression: bool,
    cors: bool,
    cache_control: Option<HeaderValue>,
    fields: HeaderMap,
    cache_bytes_max: usize,
    cache_entries_max: usize,
    small_file_bytes_max: u64,
    stale_max: Duration,
}

impl Builder {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self {
            root,
            index: vec!["index.html".to_owned()],
            listing: true,
            spa: None,
            hidden: false,
            links: Links::Beneath,
            has_kernel: true,
            compression: true,
            cors: false,
            cache_control: None,
            fields: HeaderMap::new(),
            cache_bytes_max: 64 * 1024 * 1024,
            cache_entries_max: 4_096,
            small_file_bytes_max: 256 * 1024,
            stale_max: Duration::from_secs(1),
        }
    }

    /// The files that stand for their folder; the first that exists is sent. Default:
    /// `index.html`.
    pub fn index<I>(mut self, names: I) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        self.index = names.into_iter().map(Into::into).collect();
        self
    }

    /// Whether a folder without an index file is listed; else it is 404. Default: yes.
    pub fn listing(mut self, listing: bool) -> Self {
        self.listing = listing;
        self
    }

    /// The page of a single-page application: sent with 200 for a path that names nothing, to
    /// a request whose `Accept` names HTML. Default: none.
    pub fn spa(mut self, page: Option<&str>) -> Self {
        self.spa = page.map(str::to_owned);
        self
    }

    /// Whether names that start with a dot are served and listed. `.well-known` at the first
    /// place always is. Default: no.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Whether symbolic links may leave the root. By default those that do, and all that are
    /// absolute, are 404.
    pub fn follow_symlinks(mut self, follow: bool) -> Self {
        self.links = if follow { Links::Anywhere } else { Links::Beneath };
        self
    }

    /// Whether content is sent with a coding: from neighbours `.br`, `.zst` and `.gz` that are
    /// not older than the file, or made and cached on demand for text from 256 bytes to 2 MiB.
    /// Default: yes.
    pub fn compression(mut self, compression: bool) -> Self {
        self.compression = compression;
        self
    }

    /// The field `Cache-Control` of files. Default: none.
    pub fn cache_control(mut self, value: Option<HeaderValue>) -> Self {
        self.cache_control = value;
        self
    }

    /// A field of every response; once for each value. It rules over one of ours with the
    /// same name, but `Vary` is added to. Fields that frame the message are left out.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if !is_framing(&name) {
            self.fields.append(name, value);
        }
        self
    }

    /// Whether pages of any origin may read the files: `Access-Control-Allow-Origin: *`, and
    /// an answer to the question that browsers ask first. Default: no.
    pub fn cors(mut self, cors: bool) -> Self {
        self.cors = cors;
        self
    }

    /// How many bytes of content, coded forms included, are kept ready: 64 MiB by default,
    /// and 0 for no cache. An open file counts as a 256th of it.
    pub fn cache_bytes_max(mut self, bytes: usize) -> Self {
        self.cache_bytes_max = bytes;
        self
    }

    /// How many files are kept ready: 4,096 by default, rounded up to a multiple of 8.
    pub fn cache_entries_max(mut self, entries: usize) -> Self {
        self.cache_entries_max = entries;
        self
    }

    /// The largest file that is kept as bytes: 256 KiB by default. Larger ones are kept open
    /// and leave by `sendfile`.
    pub fn small_file_bytes_max(mut self, bytes: u64) -> Self {
        self.small_file_bytes_max = bytes;
        self
    }

    /// How old an answer may be before the file behind it is looked at again: 1 s by default;
    /// 0 looks each time.
    pub fn stale_max(mut self, age: Duration) -> Self {
        self.stale_max = age;
        self
    }

    /// Resolves paths without `openat2`, as on a system that has none. For tests: what is
    /// served is the same.
    #[doc(hidden)]
    pub fn without_openat2(mut self) -> Self {
        self.has_kernel = false;
        self
    }

    /// Opens the root.
    ///
    /// # Errors
    /// [`RootError`] if the root cannot be served, or a page is named that cannot lie in it.
    pub fn build(self) -> Result<Files, RootError> {
        let (folder, only) = locate(&self.root)?;
        let mut root = Root::open(folder, self.links, self.ages().root)
            .map_err(|error| unreadable(&self.root, &error))?;
        if !self.has_kernel {
            root = root.without_kernel();
        }
        let cache = Cache::new(self.cache_bytes_max, self.cache_entries_max);
        Ok(Files::new(root, self.settings(only)?, cache))
    }

    /// Splits the age of an answer: it may come from a root that was opened before, and each
    /// of the two is measured by a clock that lags.
    fn ages(&self) -> Ages {
        let whole = Millis::try_from(self.stale_max.as_millis()).unwrap_or(Millis::MAX);
        let root = whole / 10;
        Ages { root, answer: (whole - root).saturating_sub(2 * LAG) }
    }

    fn settings(self, only: Option<SafePath>) -> Result<Settings, RootError> {
        let spa = self.spa.as_deref().map(page_path).transpose()?;
        let not_found = SafePath::from_option(NOT_FOUND_PAGE).ok();
        Ok(Settings {
            fresh: self.ages().answer,
            index: self.index.iter().map(|name| page_path(name)).collect::<Result<_, _>>()?,
            listing: self.listing,
            // Beside a single file nothing is served.
            spa: spa.filter(|_| only.is_none()),
            not_found: not_found.filter(|_| only.is_none()),
            hidden: self.hidden,
            compression: self.compression,
            cors: self.cors,
            cache_control: self.cache_control,
            fields: self.fields,
            only,
            small_file_bytes_max: self.small_file_bytes_max,
        })
    }
}

/// How long things are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ages {
    root: Millis,
    answer: Millis,
}

/// The folder to serve, and the only file in it to serve if the root is a file.
fn locate(root: &Path) -> Result<(PathBuf, Option<SafePath>), RootError> {
    let metadata = std::fs::metadata(root).map_err(|error| unreadable(root, &error))?;
    if metadata.is_dir() {
        let folder = std::path::absolute(root).map_err(|error| unreadable(root, &error))?;
        return Ok((folder, None));
    }
    if !metadata.is_file() {
        return Err(RootError::NotServable { path: root.to_owned() });
    }
    // A link that was named as the root is followed, wherever it leads.
    let file = std::fs::canonicalize(root).map_err(|error| unreadable(root, &error))?;
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return Err(RootError::NotServable { path: root.to_owned() });
    };
    Ok((folder.to_owned(), Some(SafePath::from_file_name(name))))
}

fn page_path(name: &str) -> Result<SafePath, RootError> {
    match SafePath::from_option(name) {
        Ok(path) if !path.as_bytes().is_empty() => Ok(path),
        Ok(_) => Err(RootError::Page { name: name.to_owned(), reason: None }),
        Err(reason) => Err(RootError::Page { name: name.to_owned(), reason: Some(reason) }),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> RootError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => RootError::NotFound { path },
        io::ErrorKind::PermissionDenied => RootError::Denied { path },
        kind => RootError::Io { path, kind },
    }
}

/// Why a root cannot be served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootError {
    /// There is nothing at the path.
    NotFound {
        /// The root as it was given.
        path: PathBuf,
    },
    /// The file system does not let us read the root.
    Denied {
        /// The root as it was given.
        path: PathBuf,
    },
    /// The root is neither a folder nor a regular file.
    NotServable {
        /// The root as it was given.
        path: PathBuf,
    },
    /// Opening the root failed for another reason.
    Io {
        /// The root as it was given.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// An index file or the page of the application is named outside of the root.
    Page {
        /// The name as it was given.
        name: String,
        /// What is wrong with it; `None` if it is empty.
        reason: Option<Refusal>,
    },
}

impl fmt::Display for RootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { path } => {
                write!(f, "{} does not exist; create it or name another folder", path.display())
            }
            Self::Denied { path } => {
                write!(f, "{} may not be read; change its permissions or the user", path.display())
            }
            Self::NotServable { path } => {
                let path = path.display();
                write!(f, "{path} is neither a folder nor a regular file; name one of these")
            }
            Self::Io { path, kind } => {
                write!(f, "{} cannot be opened: {kind}; name another folder", path.display())
            }
            Self::Page { name, reason: None } => {
                write!(f, "the page \"{name}\" has no name; give a path beneath the root")
            }
            Self::Page { name, reason: Some(reason) } => {
                write!(f, "the page \"{name}\" cannot be: {reason}; give a path beneath the root")
            }
        }
    }
}

impl std::error::Error for RootError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_and_answer_together_are_never_older_than_allowed() {
        let ages = |stale_max| Builder::new(".".into()).stale_max(stale_max).ages();
        assert_eq!(ages(Duration::from_secs(1)), Ages { root: 100, answer: 880 });
        assert_eq!(ages(Duration::from_millis(10)), Ages { root: 1, answer: 0 });
        assert_eq!(ages(Duration::ZERO), Ages { root: 0, answer: 0 });
        let Ages { root, answer } = ages(Duration::MAX);
        assert_eq!(root + answer, Millis::MAX - 2 * LAG);
    }
}
