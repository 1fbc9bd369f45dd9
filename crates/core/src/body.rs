//! The content of a message: empty, octets at hand, a range of a file, or a stream.
//!
//! The form is visible to those who send it ([`Body::into_form`]), because each has a fastest
//! way out: octets are copied or gathered, a range of a file leaves by `sendfile`, a stream is
//! polled. Everybody else sees an [`http_body::Body`].
//!
//! Polled as an `http_body::Body`, a range of a file is read in blocking pieces of 64 KiB;
//! drivers of this project never poll it.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

/// How much of a file is read at once when somebody polls it, in bytes.
const FILE_PIECE_BYTES: u64 = 64 * 1024;

/// The content of a request or a response.
///
/// ```
/// use gnezdo_core::Body;
/// use http_body::Body as _;
///
/// assert!(Body::empty().is_end_stream());
/// assert_eq!(Body::from("nest").size_hint().exact(), Some(4));
/// ```
pub struct Body(Form);

/// The forms of a [`Body`], for those who send it.
pub enum Form {
    /// No content.
    Empty,
    /// All of the content.
    Bytes(Bytes),
    /// A range of a file.
    File(FileRange),
    /// Content that comes in pieces.
    Stream(Pin<Box<dyn HttpBody<Data = Bytes, Error = BodyError> + Send>>),
}

/// A range of an open file, to be sent as it is.
///
/// The length is a promise: if the file turns out to be shorter, the message is broken off,
/// never padded.
#[derive(Clone, Debug)]
pub struct FileRange {
    /// The file. Its own position is neither used nor moved.
    pub file: Arc<File>,
    /// Where the range starts, in bytes.
    pub offset: u64,
    /// How long the range is, in bytes.
    pub length: u64,
}

impl Body {
    /// A body without content.
    pub const fn empty() -> Self {
        Self(Form::Empty)
    }

    /// A range of a file.
    pub fn file(file: Arc<File>, offset: u64, length: u64) -> Self {
        Self(Form::File(FileRange { file, offset, length }))
    }

    /// Any other body, polled as it is needed: nothing is read ahead of the peer. An error that is
    /// a [`BodyError`] stays what it is; all others are [`BodyError::Other`].
    pub fn stream<B, E>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes, Error = E> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Self(Form::Stream(Box::pin(Converted(Box::pin(body)))))
    }

    /// A body that another part of the program fills: see [`channel`](crate::channel).
    pub(crate) fn from_channel(receiver: crate::channel::Receiver) -> Self {
        Self(Form::Stream(Box::pin(receiver)))
    }

    /// What the body is made of.
    pub fn into_form(self) -> Form {
        self.0
    }

    /// How many bytes the body has, if that is known.
    pub fn length(&self) -> Option<u64> {
        self.size_hint().exact()
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::empty() } else { Self(Form::Bytes(bytes)) }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Empty => f.write_str("Empty"),
            Form::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Form::File(range) => write!(f, "File({}+{})", range.offset, range.length),
            Form::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Form::Empty => Poll::Ready(None),
            Form::Bytes(_) => {
                let Form::Bytes(bytes) = std::mem::replace(&mut self.0, Form::Empty) else {
                    return Poll::Ready(None);
                };
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Form::File(range) => {
                Poll::Ready(range.read_piece().transpose().map(|r| r.map(Frame::data)))
            }
            Form::Stream(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Form::Empty => true,
            Form::Bytes(_) => false,
            Form::File(range) => range.length == 0,
            Form::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Form::Empty => SizeHint::with_exact(0),
            Form::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Form::File(range) => SizeHint::with_exact(range.length),
            Form::Stream(body) => body.size_hint(),
        }
    }
}

impl FileRange {
    /// Reads the next piece and moves the start of the range past it; `None` at its end.
    ///
    /// # Errors
    /// What reading gave, or [`io::ErrorKind::UnexpectedEof`] if the file is shorter than the
    /// range: a promise that cannot be kept any more.
    pub fn read_piece(&mut self) -> Result<Option<Bytes>, BodyError> {
        if self.length == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; self.length.min(FILE_PIECE_BYTES) as usize];
        let read = self.file.read_at(&mut piece, self.offset)?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        piece.truncate(read);
        self.offset += read as u64;
        self.length -= read as u64;
        Ok(Some(piece.into()))
    }
}

/// Why a body broke off.
#[derive(Debug)]
#[non_exhaustive]
pub enum BodyError {
    /// The peer left before the end of the body, or broke its framing.
    Truncated,
    /// The peer's body exceeds the limit on its size.
    TooLarge,
    /// The peer sent nothing, or too little, for too long.
    TimedOut,
    /// Reading the content failed on our side.
    Io(io::Error),
    /// The maker of the body gave an error of its own.
    Other(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("the peer left before the end of the body"),
            Self::TooLarge => f.write_str("the body exceeds the limit on its size"),
            Self::TimedOut => f.write_str("the body did not come in time"),
            Self::Io(error) => write!(f, "reading the content failed: {error}"),
            Self::Other(error) => write!(f, "making the content failed: {error}"),
        }
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Other(error) => Some(&**error),
            Self::Truncated | Self::TooLarge | Self::TimedOut => None,
        }
    }
}

impl From<io::Error> for BodyError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A foreign body with its errors turned into ours.
struct Converted<B>(Pin<Box<B>>);

impl<B, E> HttpBody for Converted<B>
where
    B: HttpBody<Data = Bytes, Error = E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = self.0.as_mut().poll_frame(cx);
        frame.map(|f| f.map(|r| r.map_err(converted)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

fn converted(error: impl Into<Box<dyn Error + Send + Sync>>) -> BodyError {
    match error.into().downcast() {
        Ok(error) => *error,
        Err(other) => BodyError::Other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(body: &mut Body) -> Option<Result<Bytes, BodyError>> {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut cx) {
            Poll::Ready(frame) => frame.map(|r| r.map(|f| f.into_data().unwrap())),
            Poll::Pending => panic!("pending"),
        }
    }

    fn file_of(content: &[u8]) -> Arc<File> {
        use std::io::Write;
        let path = std::env::temp_dir().join(format!("gnezdo-body-{}", std::process::id()));
        let mut file =
            File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        file.write_all(content).unwrap();
        Arc::new(file)
    }

    #[test]
    fn bytes_come_once() {
        let mut body = Body::from("abc");
        assert_eq!(next(&mut body).unwrap().unwrap(), "abc");
        assert!(next(&mut body).is_none());
        assert!(body.is_end_stream());
    }

    #[test]
    fn a_file_gives_its_range_and_a_shrunken_file_an_error() {
        let mut body = Body::file(file_of(b"0123456789"), 2, 3);
        assert_eq!(next(&mut body).unwrap().unwrap(), "234");
        assert!(next(&mut body).is_none());

        let mut body = Body::file(file_of(b"0123"), 2, 3);
        assert_eq!(next(&mut body).unwrap().unwrap(), "23");
        assert!(matches!(next(&mut body), Some(Err(BodyError::Io(_)))));
    }

    #[test]
    fn an_error_of_a_wrapped_body_stays_what_it_is() {
        struct Failing<E>(Option<E>);
        impl<E: Unpin> HttpBody for Failing<E> {
            type Data = Bytes;
            type Error = E;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, E>>> {
                Poll::Ready(self.0.take().map(Err))
            }
        }
        let mut body = Body::stream(Failing(Some(BodyError::TooLarge)));
        assert!(matches!(next(&mut body), Some(Err(BodyError::TooLarge))));
        let mut body = Body::stream(Failing(Some(io::Error::other("a"))));
        assert!(matches!(next(&mut body), Some(Err(BodyError::Other(_)))));
    }
}
