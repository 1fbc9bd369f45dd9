//! One form of a file as it is sent: its fields, its validators, its content.
//!
//! A small form is a [`Ready`]: the whole answer, made once. A large one keeps the file open
//! and its fields beside it.

use std::fs::File;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use foldhash::quality::FixedState;
use gnezdo_core::{HttpDate, Ready, Reply, Response};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::accept_encoding::Coding;
use crate::conditional::Validators;
use crate::multipart::Source;
use crate::resolve::FileId;
use crate::settings::Settings;

/// The end of the year 9999, in seconds since 1970: no date field can say more.
const LAST_SECOND: u64 = 253_402_300_799;

/// A form of a file, identical or coded.
#[derive(Debug)]
pub(crate) struct Representation {
    etag: HeaderValue,
    modified: Option<SystemTime>,
    /// In bytes.
    length: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Ready(Ready),
    File { file: Arc<File>, id: FileId, fields: HeaderMap },
}

/// What a representation is described by, apart from its content.
#[derive(Clone, Debug)]
pub(crate) struct Description<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'a HeaderValue,
    pub(crate) vary: Option<HeaderValue>,
    pub(crate) coding: Option<Coding>,
    /// The state of the file whose validators are given out.
    pub(crate) id: FileId,
    pub(crate) now: SystemTime,
}

impl Representation {
    pub(crate) fn of_bytes(description: &Description<'_>, bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        let (mut parts, ()) = http::Response::new(()).into_parts();
        parts.status = description.status;
        parts.headers = description.fields();
        Self::new(description, length, Content::Ready(Ready::new(parts, bytes)))
    }

    pub(crate) fn of_file(description: &Description<'_>, file: Arc<File>, id: FileId) -> Self {
        let fields = description.fields();
        Self::new(description, id.length, Content::File { file, id, fields })
    }

    fn new(description: &Description<'_>, length: u64, content: Content) -> Self {
        Self { etag: description.etag(), modified: description.modified(), length, content }
    }

    pub(crate) fn validators(&self) -> Validators<'_> {
        Validators { etag: self.etag.as_bytes(), modified: self.modified }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The fields of an answer with the whole content.
    pub(crate) fn fields(&self) -> &HeaderMap {
        match &self.content {
            Content::Ready(ready) => ready.headers(),
            Content::File { fields, .. } => fields,
        }
    }

    pub(crate) fn source(&self) -> Source {
        match &self.content {
            Content::Ready(ready) => Source::Bytes(ready.body().clone()),
            Content::File { file, .. } => Source::File(file.clone()),
        }
    }

    /// The bytes that the representation keeps in memory; `None` if it keeps a file open.
    pub(crate) fn bytes_held(&self) -> Option<usize> {
        match &self.content {
            Content::Ready(ready) => Some(ready.body().len()),
            Content::File { .. } => None,
        }
    }

    /// Whether an open file is still in the state that the fields describe. One that is
    /// written to in place changes below its handle.
    pub(crate) fn is_intact(&self) -> bool {
        match &self.content {
            Content::Ready(_) => true,
            Content::File { file, id, .. } => {
                file.metadata().is_ok_and(|metadata| FileId::of(&metadata) == *id)
            }
        }
    }

    /// The prepared answer, if there is one.
    pub(crate) fn ready(&self) -> Option<&Ready> {
        match &self.content {
            Content::Ready(ready) => Some(ready),
            Content::File { .. } => None,
        }
    }

    /// The answer with the whole content.
    pub(crate) fn whole(&self, status: StatusCode) -> Reply {
        match &self.content {
            Content::Ready(ready) => Reply::Ready(ready.clone()),
            Content::File { fields, .. } => {
                let mut response = Response::new(self.source().part(&(0..self.length)));
                *response.status_mut() = status;
                *response.headers_mut() = fields.clone();
                Reply::Now(response)
            }
        }
    }
}

impl Description<'_> {
    fn fields(&self) -> HeaderMap {
        let mut fields = HeaderMap::with_capacity(12);
        fields.insert(CONTENT_TYPE, self.content_type.clone());
        if let Some(coding) = self.coding {
            fields.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        if let Some(vary) = &self.vary {
            fields.insert(VARY, vary.clone());
        }
        // RFC 9110 §13.2.1: an error page takes no part in conditional requests.
        if self.status.is_success() {
            self.validate(&mut fields);
        }
        fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        self.settings.add_fields(&mut fields);
        fields
    }

    fn validate(&self, fields: &mut HeaderMap) {
        fields.insert(ETAG, self.etag());
        if let Some(date) = self.modified().map(HttpDate::from)
            && let Ok(date) = HeaderValue::from_bytes(date.as_bytes())
        {
            fields.insert(LAST_MODIFIED, date);
        }
        fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if let Some(cache_control) = &self.settings.cache_control {
            fields.insert(CACHE_CONTROL, cache_control.clone());
        }
    }

    /// A strong entity tag: another state of the file, or another coding, has another one.
    ///
    /// The state is hashed, with the time of the last change of any kind in it, so that the
    /// tag neither tells an inode number nor survives a file set back to an older time.
    fn etag(&self) -> HeaderValue {
        let hash = FixedState::with_seed(0).hash_one(self.id.state());
        let length = self.id.length;
        let tag = match self.coding {
            None => format!("\"{hash:016x}-{length:x}\""),
            Some(coding) => format!("\"{hash:016x}-{length:x}-{}\"", coding.name()),
        };
        // Hexadecimal digits and letters are always a valid field value.
        HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    }

    /// The value of `Last-Modified`: never later than now (RFC 9110 §8.8.2.1).
    fn modified(&self) -> Option<SystemTime> {
        let modified = self.id.modified()?.min(whole_second(self.now));
        let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        (seconds <= LAST_SECOND).then_some(modified)
    }
}

fn whole_second(time: SystemTime) -> SystemTime {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(since_epoch.as_secs())
}
