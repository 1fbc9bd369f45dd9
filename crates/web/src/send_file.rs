//! A file as an answer.

use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use gnezdo_core::{Body, HttpDate, Response};
use gnezdo_files::content_type;
use http::header::{
    CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::response::IntoResponse;

/// What needs no coding in the name of a download: `attr-char` of RFC 8187 §3.2.1.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A file as an answer: with its media type, its length and its `Last-Modified`. It leaves without
/// passing through the program's memory, where the connection allows that.
///
/// A folder for everybody to see, with ranges, conditional requests and caching, is a
/// [`Files`](gnezdo_files::Files): mount it. This is for files that a handler has chosen.
///
/// ```
/// use gnezdo_web::{App, Block, Problem, SendFile};
///
/// fn report() -> Result<SendFile, Problem> {
///     Ok(SendFile::open("/var/reports/2026.pdf")?.attachment("report.pdf"))
/// }
///
/// let app = App::new().get("/report", report.blocking());
/// ```
#[derive(Debug)]
pub struct SendFile {
    file: File,
    length: u64,
    modified: Option<SystemTime>,
    content_type: HeaderValue,
    disposition: Option<HeaderValue>,
}

impl SendFile {
    /// Opens a file. A path that a client had a say in belongs to [`Files`](gnezdo_files::Files),
    /// which never leaves its folder.
    ///
    /// # Errors
    /// If it cannot be opened, or is no regular file.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let content_type = content_type(path.as_os_str().as_bytes(), &file);
        Ok(Self {
            file,
            length: metadata.len(),
            modified: metadata.modified().ok(),
            content_type: HeaderValue::from_static(content_type),
            disposition: None,
        })
    }

    /// Sends it with another media type than its name and its start tell.
    #[must_use]
    pub fn content_type(mut self, content_type: HeaderValue) -> Self {
        self.content_type = content_type;
        self
    }

    /// Lets the client keep it under this name instead of showing it (RFC 6266). The name may be
    /// any text: it is coded.
    #[must_use]
    pub fn attachment(mut self, name: &str) -> Self {
        let name = utf8_percent_encode(name, NAME);
        // Only visible ASCII is left.
        self.disposition =
            HeaderValue::try_from(format!("attachment; filename*=UTF-8''{name}")).ok();
        self
    }
}

impl IntoResponse for SendFile {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::file(Arc::new(self.file), 0, self.length));
        let fields = response.headers_mut();
        fields.insert(CONTENT_TYPE, self.content_type);
        fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(modified) = self.modified {
            let date = HttpDate::from(modified);
            if let Ok(date) = HeaderValue::from_bytes(date.as_bytes()) {
                fields.insert(LAST_MODIFIED, date);
            }
        }
        if let Some(disposition) = self.disposition {
            fields.insert(CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_type_its_length_and_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        std::fs::write(&path, "<p>nest").unwrap();
        let response = SendFile::open(&path).unwrap().into_response();
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert!(response.headers().contains_key("last-modified"));
        assert_eq!(response.body().length(), Some(7));
        let named = SendFile::open(&path).unwrap().attachment("гнездо \"1\"\r\n.html");
        assert_eq!(
            named.into_response().headers()["content-disposition"],
            "attachment; filename*=UTF-8''%D0%B3%D0%BD%D0%B5%D0%B7%D0%B4%D0%BE%20%221%22%0D%0A.html"
        );
    }

    #[test]
    fn what_is_no_file_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |path: &Path| SendFile::open(path).unwrap_err().kind();
        assert_eq!(kind(folder.path()), io::ErrorKind::InvalidInput);
        assert_eq!(kind(&folder.path().join("missing")), io::ErrorKind::NotFound);
    }
}
