//! What was chosen when the service was built, as the rest of the crate asks for it.

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONNECTION, CONTENT_LENGTH,
    HeaderName, TRANSFER_ENCODING, VARY,
};
use http::{HeaderMap, HeaderValue};

use crate::clock::Millis;
use crate::path::SafePath;

/// The choices of a [`Builder`](crate::Builder).
#[derive(Debug)]
pub(crate) struct Settings {
    /// Files that stand for their folder, the first that exists.
    pub(crate) index: Vec<SafePath>,
    pub(crate) listing: bool,
    pub(crate) spa: Option<SafePath>,
    /// The page for what is not there.
    pub(crate) not_found: Option<SafePath>,
    pub(crate) hidden: bool,
    pub(crate) compression: bool,
    pub(crate) cors: bool,
    pub(crate) cache_control: Option<HeaderValue>,
    /// Fields of every response.
    pub(crate) fields: HeaderMap,
    /// The only file there is, when the root is one.
    pub(crate) only: Option<SafePath>,
    /// The largest file that is held as bytes.
    pub(crate) small_file_bytes_max: u64,
    /// How long an answer is given without a look at the file.
    pub(crate) fresh: Millis,
}

impl Settings {
    /// Puts in the fields that every response has. They rule over ours of
    /// the same name.
    pub(crate) fn add_fields(&self, fields: &mut HeaderMap) {
        if self.cors {
            fields.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            let exposed = "accept-ranges, content-encoding, content-length, content-range, etag";
            fields.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
        }
        // Ours of `Vary` stays beside the chosen one, or a cache could mix up codings.
        for name in self.fields.keys().filter(|name| *name != VARY) {
            fields.remove(name);
        }
        for (name, value) in &self.fields {
            fields.append(name.clone(), value.clone());
        }
    }
}

/// Whether a field is the machine's business: it frames the message.
pub(crate) fn is_framing(name: &HeaderName) -> bool {
    *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING || *name == CONNECTION
}
