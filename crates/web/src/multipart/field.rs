//! One part of a form: a field, or a file.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;

use super::Multipart;
use super::file_name::base_name;
use crate::extract::Pieces;
use crate::rejection::Rejection;

/// One part of a [`Multipart`]: a field, or a file.
///
/// It is read piece by piece, or as a whole; what is not read is skipped.
pub struct Field<'m> {
    form: &'m mut Multipart,
    head: Head,
}

/// What stands before the content of a part.
#[derive(Debug)]
pub(super) struct Head {
    name: String,
    pub(super) raw_file_name: Option<String>,
    file_name: Option<String>,
    headers: HeaderMap,
}

impl Head {
    pub(super) fn of(part: &multer::Field<'_>) -> Result<Self, Rejection> {
        // RFC 7578 §4.2: every part has a name.
        let Some(name) = part.name() else {
            return Err(Rejection::Malformed { reason: "a part has no name" });
        };
        Ok(Self {
            name: name.to_owned(),
            raw_file_name: part.file_name().map(str::to_owned),
            file_name: part.file_name().and_then(base_name),
            headers: part.headers().clone(),
        })
    }
}

impl<'m> Field<'m> {
    pub(super) fn new(form: &'m mut Multipart, head: Head) -> Self {
        Self { form, head }
    }

    /// The name of the field.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// Whether it is a file: whether it came with a file name, be it empty, as that of a form whose
    /// file was not chosen.
    pub fn is_file(&self) -> bool {
        self.head.raw_file_name.is_some()
    }

    /// The name of the file, to be shown or used: the last part of a path, without control
    /// characters, without dots and spaces around it, and of at most 255 bytes. `None` if nothing
    /// is left of it.
    ///
    /// Another client may have sent the same name.
    pub fn file_name(&self) -> Option<&str> {
        self.head.file_name.as_deref()
    }

    /// The name of the file as it was sent, which may lead anywhere.
    pub fn raw_file_name(&self) -> Option<&str> {
        self.head.raw_file_name.as_deref()
    }

    /// The type of the content, as the client says. Nobody has looked whether it is true.
    pub fn content_type(&self) -> Option<&str> {
        self.head.headers.get(http::header::CONTENT_TYPE)?.to_str().ok()
    }

    /// The header fields of the part.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The next piece of the content; `None` at its end.
    ///
    /// # Errors
    /// Content that breaks off, is malformed, or exceeds a limit.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Rejection> {
        self.form.next_piece().await
    }

    /// All of the content, in memory: as many bytes as the
    /// [limits](super::MultipartLimits) allow.
    ///
    /// # Errors
    /// As of [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<Bytes, Rejection> {
        let mut pieces = Pieces::default();
        while let Some(piece) = self.chunk().await? {
            pieces.push(piece);
        }
        Ok(pieces.into_bytes())
    }

    /// All of the content as text, which has to be UTF-8 (RFC 7578 §5.1.2).
    ///
    /// # Errors
    /// As of [`chunk`](Self::chunk), and what is not UTF-8.
    pub async fn text(self) -> Result<String, Rejection> {
        let bytes = self.bytes().await?;
        String::from_utf8(bytes.into()).map_err(|_| Rejection::NotUtf8)
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.fmt(f)
    }
}
