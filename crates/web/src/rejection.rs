//! Why an argument of a handler cannot be had from a request.

use std::error::Error;
use std::fmt;

use gnezdo_core::{BodyError, Response};
use http::StatusCode;

use crate::fields::{ContentError, InvalidField};
use crate::problem::{Problem, causes};
use crate::response::IntoResponse;

/// Why an argument of a handler cannot be had from a request: the `E` of `Result<T, E>` for every
/// argument that comes with the framework.
///
/// A handler that takes `T` is not called, and the rejection becomes the answer as a [`Problem`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rejection {
    /// A parameter of the path does not fit its type: 404, there is no such resource.
    Path {
        /// Which parameter, counted from the left and from 0.
        index: usize,
    },
    /// The query cannot be read, or does not fit its type: 400.
    Query(ContentError),
    /// The content cannot be read (400), or does not fit its type (422).
    Content(ContentError),
    /// The content fits its type, and breaks the rules of the application: 422.
    Invalid(Vec<InvalidField>),
    /// The content has no `Content-Type`, or another one than is read here: 415.
    ContentType {
        /// The media type that is read here.
        expected: &'static str,
        /// The one that came, if it is text.
        found: Option<String>,
    },
    /// The content exceeds the limit on its size: 413.
    ContentTooLarge {
        /// How many bytes it may have; `None` if the server's limit was met, which it knows.
        max: Option<u64>,
    },
    /// The content has more of something than it may have: 413.
    ContentLimit {
        /// Of what, such as "bytes in a file".
        limit: &'static str,
        /// How many it may have.
        max: u64,
    },
    /// The content broke off before its end: 400.
    ContentTruncated,
    /// The content breaks the grammar of its format: 400.
    Malformed {
        /// Which rule is broken.
        reason: &'static str,
    },
    /// The content did not come in time: 408.
    ContentTimedOut,
    /// The content is not UTF-8: 400.
    NotUtf8,
    /// A field of the request is missing or cannot be read: 400.
    Field {
        /// The name of the field.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody says who asks, or not in a way that can be read: 401.
    Unauthorized {
        /// How to say it: the value of `WWW-Authenticate` (RFC 9110 §11.6.1).
        challenge: &'static str,
    },
    /// The app has no such value, layer or middleware, though a handler asks for it: 500. That is
    /// found when the app starts, unless the argument is one of yours that does not say so.
    NotProvided {
        /// What is missing.
        what: &'static str,
    },
    /// Too many handlers that wait are at work: 503.
    Busy,
}

impl Rejection {
    /// The status code of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Path { .. } => StatusCode::NOT_FOUND,
            Self::Content(ContentError::Invalid(_)) | Self::Invalid(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::ContentType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ContentTooLarge { .. } | Self::ContentLimit { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::ContentTimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::NotProvided { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Query(_)
            | Self::Content(_)
            | Self::ContentTruncated
            | Self::Malformed { .. }
            | Self::NotUtf8
            | Self::Field { .. } => StatusCode::BAD_REQUEST,
        }
    }

    /// The problem that it becomes: its status, what is wrong, and each field that is.
    pub fn into_problem(self) -> Problem {
        let problem = Problem::new(self.status());
        match self {
            // A path whose parameters do not fit names no resource, and no more is to be said.
            Self::Path { .. } => problem,
            // How the app is built is none of the client's business.
            Self::NotProvided { .. } => Problem::internal(self),
            Self::Query(ContentError::Invalid(fields)) => {
                problem.detail("the query does not fit").invalid(fields)
            }
            Self::Content(ContentError::Invalid(fields)) | Self::Invalid(fields) => {
                problem.detail("the content does not fit").invalid(fields)
            }
            Self::Unauthorized { challenge } => problem
                .detail("say who asks")
                .header(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static(challenge)),
            Self::Busy => problem
                .detail("too much is being done at the moment")
                .header(http::header::RETRY_AFTER, http::HeaderValue::from_static("1")),
            other => problem.detail(other.to_string()),
        }
    }
}

impl From<BodyError> for Rejection {
    fn from(error: BodyError) -> Self {
        match cause(&error) {
            BodyError::TooLarge => Self::ContentTooLarge { max: None },
            BodyError::TimedOut => Self::ContentTimedOut,
            _ => Self::ContentTruncated,
        }
    }
}

/// The error of the body that has others around it, if it came through bodies of others.
fn cause(error: &BodyError) -> &BodyError {
    causes(error).filter_map(|cause| cause.downcast_ref()).last().unwrap_or(error)
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.into_problem().into_response()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { index } => {
                write!(f, "parameter {} of the path does not fit its type", index + 1)
            }
            Self::Query(error) => write!(f, "the query: {error}"),
            Self::Content(error) => write!(f, "the content: {error}"),
            Self::Invalid(fields) => {
                f.write_str("the content does not fit")?;
                fields.iter().try_for_each(|field| write!(f, "; {field}"))
            }
            Self::ContentType { expected, found: None } => {
                write!(f, "the content has no type; send {expected}")
            }
            Self::ContentType { expected, found: Some(found) } => {
                write!(f, "content of the type {found:?} is not read here; send {expected}")
            }
            Self::ContentTooLarge { max: Some(max) } => {
                write!(f, "the content has more than {max} bytes")
            }
            Self::ContentTooLarge { max: None } => f.write_str("the content is too large"),
            Self::ContentLimit { limit, max } => {
                write!(f, "the content has more than {max} {limit}")
            }
            Self::Malformed { reason } => write!(f, "the content cannot be read: {reason}"),
            Self::ContentTruncated => f.write_str("the content broke off before its end"),
            Self::ContentTimedOut => f.write_str("the content did not come in time"),
            Self::NotUtf8 => f.write_str("the content is not UTF-8"),
            Self::Field { name, reason } => write!(f, "the field {name}: {reason}"),
            Self::Unauthorized { .. } => f.write_str("nobody says who asks"),
            Self::NotProvided { what } => write!(f, "the app has no {what}"),
            Self::Busy => f.write_str("too much is being done at the moment"),
        }
    }
}

impl Error for Rejection {}
