//! The service: from a request to a file, by way of the cache.
//!
//! ```text
//! raw path ──► cache, fresh ────────────────────────────────────────► answer
//!    │ miss
//!    ▼
//! SafePath ──► canonical path in the cache, fresh ──────────────────► answer
//!    │ miss or stale
//!    ▼
//! find ───────► file, index ──► unchanged? touch : load ──► cache ──► answer
//!        ├─────► folder without slash ──► 301
//!        ├─────► folder without index ──► listing
//!        └─────► nothing ──► page of the application ──► 404.html ──► 404
//! ```

use std::fmt;
use std::fs::File;
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;

use gnezdo_core::grammar::wants_page;
use gnezdo_core::{Body, Glance, OriginalUri, Reply, Request, Response, Service, give_fields_back};
use http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_MAX_AGE, ALLOW, RANGE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::accept_encoding::{Accepted, Coding, Named};
use crate::answer::answer;
use crate::builder::Builder;
use crate::cache::Cache;
use crate::clock::{self, Millis};
use crate::conditional::{CONDITIONAL, is_conditional};
use crate::entry::{Claim, Entry, FileSet, Role, Selection};
use crate::find::{Target, find, find_files};
use crate::listing;
use crate::page;
use crate::path::SafePath;
use crate::permits::Permits;
use crate::resolve::{Failure, Root};
use crate::settings::Settings;

/// How many contents are compressed at the same time. More would take the processor from
/// those who serve.
const COMPRESSIONS_MAX: usize = 4;

/// How many folders are listed at the same time; more get 503. Each may hold some megabytes.
const LISTINGS_MAX: usize = 32;

/// The keys of the pages that are not asked for by their path. No path is like them: paths
/// start with a slash.
const NOT_FOUND_KEY: &str = "page 404";
const SPA_KEY: &str = "page spa";

/// A folder, or a single file, as a [`Service`].
///
/// Cloning is cheap: clones share one root and one cache.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    root: Root,
    settings: Settings,
    cache: Cache,
    compressions: Arc<Permits>,
    listings: Arc<Permits>,
}

impl Files {
    /// Starts to put a service together over `root`: a folder, or a single file, which is
    /// then served at `/` and at its own name.
    pub fn builder(root: impl Into<PathBuf>) -> Builder {
        Builder::new(root.into())
    }

    pub(crate) fn new(root: Root, settings: Settings, cache: Cache) -> Self {
        let compressions = Arc::new(Permits::new(COMPRESSIONS_MAX));
        let listings = Arc::new(Permits::new(LISTINGS_MAX));
        Self(Arc::new(Inner { root, settings, cache, compressions, listings }))
    }

    /// How many bytes the cache holds at the moment, by its own account.
    pub fn cached_bytes(&self) -> usize {
        self.0.cache.bytes()
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("root", &self.0.root).finish_non_exhaustive()
    }
}

impl Service for Files {
    fn call(&self, mut request: Request) -> Reply {
        let reply = match *request.method() {
            Method::GET | Method::HEAD => self.0.get(&mut request),
            Method::OPTIONS => self.0.options().into(),
            _ => page::method_not_allowed(&self.0.settings, request.headers()).into(),
        };
        give_fields_back(request.headers_mut());
        reply
    }

    /// A small file from the cache, in a coding that it is kept in, without conditions.
    fn glance(&self, request: Glance<'_>) -> Option<Reply> {
        if *request.method() != Method::GET && *request.method() != Method::HEAD {
            return None;
        }
        let wishes = Wishes::read(request)?;
        let look = |entry: &Arc<Entry>| {
            let form = match wishes {
                _ if !entry.is_fresh(clock::now(), self.0.settings.fresh) => return None,
                Wishes::None => entry.identity(),
                // Whether an open file is still what it was, only the kernel knows.
                Wishes::Codings(_) if entry.holds_file() => return None,
                Wishes::Codings(named) => entry.chosen(named.accepted())?,
            };
            form.ready().map(|ready| Reply::Ready(ready.clone()))
        };
        self.0.cache.with(request.path(), look)?
    }

    fn can_glance(&self) -> bool {
        true
    }

    fn wants_connection_info(&self) -> bool {
        false
    }
}

/// What a request says of the form of the answer, as far as a glance at it tells.
#[derive(Clone, Copy)]
enum Wishes {
    None,
    Codings(Named),
}

impl Wishes {
    /// `None` if the request has conditions, or something that is no text.
    fn read(request: Glance<'_>) -> Option<Self> {
        let mut wishes = Some(Self::None);
        request.each_field(&mut |name, value| {
            match (meaning(name), &mut wishes) {
                (Meaning::None, _) => {}
                (Meaning::Codings, Some(wishes)) if value.iter().all(u8::is_ascii) => {
                    wishes.add(&String::from_utf8_lossy(value));
                }
                _ => wishes = None,
            }
            wishes.is_some()
        });
        wishes
    }

    fn add(&mut self, line: &str) {
        let mut named = match *self {
            Self::None => Named::default(),
            Self::Codings(named) => named,
        };
        named.add(line);
        *self = Self::Codings(named);
    }
}

/// What a field has to do with the form of the answer.
enum Meaning {
    None,
    Codings,
    Condition,
}

fn meaning(name: &[u8]) -> Meaning {
    let is = |known: &HeaderName| known.as_str().as_bytes().eq_ignore_ascii_case(name);
    // By their length nearly all names are known to be none of these.
    match name.len() {
        15 if is(&ACCEPT_ENCODING) => Meaning::Codings,
        5 | 8 | 13 | 17 | 19 if CONDITIONAL.iter().any(is) => Meaning::Condition,
        _ => Meaning::None,
    }
}

impl Inner {
    fn get(self: &Arc<Self>, request: &mut Request) -> Reply {
        if is_root_without_slash(request)
            && self.settings.only.is_none()
            && let Ok(root) = SafePath::decode(b"/")
        {
            return self.redirect(&root, request);
        }
        match self.cached(request.uri().path(), request.headers()) {
            Cached::Reply(reply) => reply,
            Cached::Entry(entry) => self.send(&entry, request),
            Cached::Nothing => self.look_up(request),
        }
    }

    /// What the cache has for `key`, if it is fresh. This is the hot path: a request without
    /// wishes, for a small file, costs one look-up.
    fn cached(&self, key: &str, headers: &HeaderMap) -> Cached {
        let look = |entry: &Arc<Entry>| {
            if !entry.is_fresh(clock::now(), self.settings.fresh) {
                return Cached::Nothing;
            }
            match entry.identity().ready() {
                Some(ready) if is_plain(headers) => Cached::Reply(Reply::Ready(ready.clone())),
                _ => Cached::Entry(entry.clone()),
            }
        };
        match self.cache.with(key, look) {
            // An open file that is written to shows it without a new look at its path.
            Some(Cached::Entry(entry)) if !entry.is_intact() => Cached::Nothing,
            Some(cached) => cached,
            None => Cached::Nothing,
        }
    }

    fn look_up(self: &Arc<Self>, request: &mut Request) -> Reply {
        let raw = request.uri().path();
        let Ok(path) = SafePath::decode(raw.as_bytes()) else {
            return self.not_found(request);
        };
        if path.is_hidden() && !self.settings.hidden {
            return self.not_found(request);
        }
        let key = path.canonical();
        let cached =
            if key == raw { Cached::Nothing } else { self.cached(&key, request.headers()) };
        match cached {
            Cached::Reply(reply) => reply,
            Cached::Entry(entry) => self.send(&entry, request),
            Cached::Nothing => self.open(key, path, request),
        }
    }

    fn open(self: &Arc<Self>, key: String, path: SafePath, request: &mut Request) -> Reply {
        let now = clock::now();
        self.cache.tidy(now);
        let target = find(&self.root.view(), &self.settings, &path);
        if !matches!(target, Ok(Target::Files(_)) | Err(Failure::Busy)) {
            self.cache.remove(&key);
        }
        match target {
            Ok(Target::Files(files)) => match self.entry(key, *files, Role::Named, now) {
                Ok(entry) => self.send(&entry, request),
                Err(failure) => self.fail(failure, request),
            },
            Ok(Target::Redirect) => self.redirect(&path, request),
            Ok(Target::Listing(folder)) => self.list(folder, path, request),
            Err(failure) => self.fail(failure, request),
        }
    }

    /// The entry for `files`: the one in the cache if it still describes them, else a new one.
    fn entry(
        &self,
        key: String,
        files: FileSet,
        role: Role,
        now: Millis,
    ) -> Result<Arc<Entry>, Failure> {
        let known = self.cache.with(&key, Arc::clone).filter(|entry| entry.describes(&files));
        if let Some(entry) = known {
            entry.touch(now);
            return Ok(entry);
        }
        let entry = Arc::new(Entry::load(files, role, &self.settings, &self.cache, now)?);
        self.cache.insert(key, entry.clone());
        Ok(entry)
    }

    fn send(self: &Arc<Self>, entry: &Arc<Entry>, request: &mut Request) -> Reply {
        let headers = request.headers();
        let accepted = Accepted::read(headers);
        // A part of a coded form is of use only to who has the rest of the very same octets,
        // and what we code anew may differ from what was sent before.
        if headers.contains_key(RANGE) && accepted.takes_identity() {
            return self.send_form(entry, None, request.method(), headers);
        }
        match entry.select(accepted, &self.compressions) {
            Selection::Identity => self.send_form(entry, None, request.method(), headers),
            Selection::Coded(coding) => {
                self.send_form(entry, Some(coding), request.method(), headers)
            }
            Selection::Claimed(claim) => self.send_later(claim, entry.clone(), request),
            Selection::NotAcceptable => page::not_acceptable(&self.settings, headers).into(),
        }
    }

    fn send_form(
        &self,
        entry: &Entry,
        coding: Option<Coding>,
        method: &Method,
        headers: &HeaderMap,
    ) -> Reply {
        let form = coding.and_then(|coding| entry.coded(coding)).unwrap_or(entry.identity());
        if entry.status().is_success() {
            answer(&self.settings, form, method, headers)
        } else {
            form.whole(entry.status())
        }
    }

    /// Makes a coded form where nobody else has to wait for it, then sends it.
    fn send_later(
        self: &Arc<Self>,
        claim: Claim,
        entry: Arc<Entry>,
        request: &mut Request,
    ) -> Reply {
        let inner = self.clone();
        let (request, _) = mem::take(request).into_parts();
        Reply::later(async move {
            let coding = claim.coding();
            let maker = inner.clone();
            blocking::unblock(move || {
                claim.fulfil(&maker.settings);
                maker.cache.relieve();
            })
            .await;
            let reply = inner.send_form(&entry, Some(coding), &request.method, &request.headers);
            reply.into_response().await
        })
    }

    /// The folder has moved to its name with a slash, below the prefix that it is seen at. The query
    /// goes along.
    fn redirect(&self, path: &SafePath, request: &Request) -> Reply {
        let mut location = OriginalUri::prefix_of(request);
        location.push_str(&path.canonical());
        if !location.ends_with('/') {
            location.push('/');
        }
        if let Some(query) = request.uri().query() {
            location.push('?');
            location.push_str(query);
        }
        page::redirect(&self.settings, &location, request.headers()).into()
    }

    /// Reads the folder where nobody else has to wait for it.
    fn list(self: &Arc<Self>, folder: File, path: SafePath, request: &mut Request) -> Reply {
        let Some(permit) = self.listings.try_take() else {
            return page::failure(&self.settings, Failure::Busy, request.headers()).into();
        };
        let inner = self.clone();
        let (request, _) = mem::take(request).into_parts();
        Reply::later(async move {
            blocking::unblock(move || {
                let _permit = permit;
                listing::list(&inner.root.view(), &inner.settings, folder, &path, &request.headers)
                    .unwrap_or_else(|f| page::failure(&inner.settings, f, &request.headers))
            })
            .await
        })
    }

    fn fail(self: &Arc<Self>, failure: Failure, request: &mut Request) -> Reply {
        if failure != Failure::NotFound {
            return page::failure(&self.settings, failure, request.headers()).into();
        }
        if let Some(spa) = &self.settings.spa
            && wants_page(request.headers())
            && let Ok(entry) = self.page(SPA_KEY, spa, Role::Application)
        {
            return self.send(&entry, request);
        }
        self.not_found(request)
    }

    fn not_found(self: &Arc<Self>, request: &mut Request) -> Reply {
        if let Some(path) = &self.settings.not_found
            && let Ok(entry) = self.page(NOT_FOUND_KEY, path, Role::NotFound)
        {
            return self.send(&entry, request);
        }
        page::failure(&self.settings, Failure::NotFound, request.headers()).into()
    }

    /// A file that is sent for a path which names nothing.
    fn page(&self, key: &str, path: &SafePath, role: Role) -> Result<Arc<Entry>, Failure> {
        let now = clock::now();
        let known = self.cache.with(key, Arc::clone);
        if let Some(entry) = known.filter(|entry| entry.is_fresh(now, self.settings.fresh)) {
            return Ok(entry);
        }
        match find_files(&self.root.view(), &self.settings, path.clone()) {
            Ok(files) => self.entry(key.to_owned(), files, role, now),
            Err(failure) => {
                self.cache.remove(key);
                Err(failure)
            }
        }
    }

    fn options(&self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let fields = response.headers_mut();
        fields.insert(ALLOW, page::METHODS);
        if self.settings.cors {
            fields.insert(ACCESS_CONTROL_ALLOW_METHODS, page::METHODS);
            fields.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
            fields.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        }
        self.settings.add_fields(fields);
        response
    }
}

/// Whether the root is met at the name of its mount, where relative links would lead astray.
fn is_root_without_slash(request: &Request) -> bool {
    let original = request.extensions().get::<OriginalUri>();
    original.is_some_and(|original| original.is_root_without_slash(request))
}

/// What the cache has for a path.
enum Cached {
    Reply(Reply),
    Entry(Arc<Entry>),
    Nothing,
}

/// Whether a request takes the file as it is.
fn is_plain(headers: &HeaderMap) -> bool {
    headers.keys().all(|name| *name != ACCEPT_ENCODING && !is_conditional(name))
}
