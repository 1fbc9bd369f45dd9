//! What is in a folder: as a page for people, as JSON for programs.
//!
//! Only what could be fetched is listed: regular files, folders, and links that the resolver
//! follows. Sizes and times come from the folder's handle. At most [`ITEMS_MAX`] names are
//! read, in the order of the file system, and a longer list says that it is cut.

mod date;
mod html;
mod json;
mod natural;

#[cfg(test)]
pub(crate) use html::STYLE;

use std::fs::File;
use std::hash::BuildHasher;
use std::os::fd::OwnedFd;
use std::time::SystemTime;

use foldhash::quality::FixedState;
use gnezdo_core::{Body, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use rustix::fs::{AtFlags, Dir, FileType, Stat, statat};

use crate::accept::{self, PageType};
use crate::conditional::{self, Validators, Verdict};
use crate::page;
use crate::path::SafePath;
use crate::resolve::{Failure, Opened, View};
use crate::settings::Settings;

/// How many names one list holds: a page of this length still scrolls well.
pub(crate) const ITEMS_MAX: usize = 10_000;

/// Tells a program that the list is cut.
const TRUNCATED: HeaderName = HeaderName::from_static("x-listing-truncated");

/// A folder as it is shown.
#[derive(Debug)]
struct Listing<'p> {
    path: &'p SafePath,
    items: Vec<Item>,
    is_truncated: bool,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    name: Vec<u8>,
    kind: Kind,
    /// In seconds since 1970.
    modified: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Folder,
    /// With its length in bytes.
    File(u64),
}

/// Lists `folder`, which is at `path`. This reads the folder and takes a while.
///
/// # Errors
/// What reading the folder gave.
pub(crate) fn list(
    root: &View<'_>,
    settings: &Settings,
    folder: File,
    path: &SafePath,
    request: &HeaderMap,
) -> Result<Response, Failure> {
    let listing = read(root, settings, folder, path)?;
    let page_type = accept::listing_type(request);
    let (content_type, text) = match page_type {
        PageType::Html => ("text/html; charset=utf-8", html::write(&listing)),
        PageType::Json => ("application/json; charset=utf-8", json::write(&listing)),
    };
    let etag = etag(&text);
    let mut response = match verdict(request, &etag) {
        Verdict::Failed => {
            return Ok(page::status(settings, StatusCode::PRECONDITION_FAILED, request));
        }
        Verdict::NotModified => not_modified(),
        Verdict::Whole | Verdict::Range => Response::new(Body::from(text)),
    };
    let fields = response.headers_mut();
    fields.insert(ETAG, etag);
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    fields.insert(VARY, HeaderValue::from_static("accept"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if page_type == PageType::Html {
        fields.insert(CONTENT_SECURITY_POLICY, page::POLICY);
    }
    if listing.is_truncated {
        fields.insert(TRUNCATED, HeaderValue::from_static("true"));
    }
    settings.add_fields(fields);
    Ok(response)
}

/// A folder's own time says nothing about the files in it: the page is its own validator.
fn etag(text: &str) -> HeaderValue {
    let hash = FixedState::default().hash_one(text);
    HeaderValue::from_str(&format!("\"{hash:016x}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

fn verdict(request: &HeaderMap, etag: &HeaderValue) -> Verdict {
    let validators = Validators { etag: etag.as_bytes(), modified: None };
    conditional::evaluate(request, validators, SystemTime::now())
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

fn read<'p>(
    root: &View<'_>,
    settings: &Settings,
    folder: File,
    path: &'p SafePath,
) -> Result<Listing<'p>, Failure> {
    let mut directory = Dir::new(OwnedFd::from(folder))?;
    let mut listing = Listing { path, items: Vec::new(), is_truncated: false };
    while let Some(name) = directory.read() {
        let name = name?;
        let name = name.file_name();
        if !is_shown(settings, name.to_bytes()) {
            continue;
        }
        if listing.items.len() == ITEMS_MAX {
            listing.is_truncated = true;
            break;
        }
        // A file that went away in the meantime is no error.
        if let Ok(stat) = statat(directory.fd()?, name, AtFlags::SYMLINK_NOFOLLOW) {
            listing.items.extend(item(root, path, name.to_bytes(), &stat));
        }
    }
    listing.items.sort_by(compare);
    Ok(listing)
}

fn is_shown(settings: &Settings, name: &[u8]) -> bool {
    let is_hidden = name.starts_with(b".") && !settings.hidden;
    !is_hidden && name != b"." && name != b".."
}

fn item(root: &View<'_>, folder: &SafePath, name: &[u8], stat: &Stat) -> Option<Item> {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => Kind::Folder,
        FileType::RegularFile => Kind::File(u64::try_from(stat.st_size).unwrap_or(0)),
        FileType::Symlink => return linked(root, folder, name),
        _ => return None,
    };
    Some(Item { name: name.to_vec(), kind, modified: stat.st_mtime })
}

/// What a link leads to, if a request for it would be answered.
fn linked(root: &View<'_>, folder: &SafePath, name: &[u8]) -> Option<Item> {
    let (kind, metadata) = match root.find(&folder.child(name)).ok()? {
        Opened::Folder(folder) => (Kind::Folder, folder.metadata().ok()?),
        Opened::File(found) => (Kind::File(found.id.length), found.file.metadata().ok()?),
    };
    let modified = std::os::unix::fs::MetadataExt::mtime(&metadata);
    Some(Item { name: name.to_vec(), kind, modified })
}

/// Folders first, then by name as people count.
fn compare(a: &Item, b: &Item) -> std::cmp::Ordering {
    let is_file = |item: &Item| matches!(item.kind, Kind::File(_));
    is_file(a).cmp(&is_file(b)).then_with(|| natural::compare(&a.name, &b.name))
}
