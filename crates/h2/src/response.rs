//! The head of a response, as a client reads it. RFC 9113 §8.3.2.

use gnezdo_core::grammar::digits;
use gnezdo_core::{Limits, spare_fields};
use http::{StatusCode, Version};

use crate::error::PeerError;
use crate::hpack::Lines;
use crate::request::Content;
use crate::rules::{append, judge_line};
use crate::stream::{Asked, Ends};

/// The head of a response, as the types of `http` have it.
pub type ResponseHead = http::Response<()>;

/// What a server answers with.
#[derive(Debug)]
pub enum Response {
    /// An interim (1xx) response; the final one is still to come.
    Interim(ResponseHead),
    /// The response.
    Final {
        /// Status, version and fields.
        head: ResponseHead,
        /// What follows the head.
        content: Content,
    },
}

impl Response {
    /// Judges a response, and makes it.
    ///
    /// # Errors
    /// What makes it malformed.
    pub(crate) fn judge(
        lines: &Lines,
        ends: Ends,
        asked: Asked,
        limits: &Limits,
    ) -> Result<Self, PeerError> {
        let mut lines_left = lines.iter();
        let status = lines_left.next().filter(|line| line.name == b":status");
        let status = status.ok_or(PeerError::PseudoField)?.value;
        let status = StatusCode::from_bytes(status).map_err(|_| PeerError::PseudoValue)?;
        let mut head = ResponseHead::new(());
        *head.status_mut() = status;
        *head.version_mut() = Version::HTTP_2;
        if lines.len() > limits.fields_max.saturating_add(1) {
            return Err(PeerError::FieldsTooLarge);
        }
        let room = lines.len();
        *head.headers_mut() = spare_fields(room).map_err(|_| PeerError::FieldsTooLarge)?;
        let mut length = None;
        for line in lines_left {
            if line.name.first() == Some(&b':') {
                return Err(PeerError::PseudoField);
            }
            judge_line(line.name, line.value)?;
            if line.name == b"content-length" {
                let announced = digits(line.value).ok_or(PeerError::ContentLength)?;
                if length.replace(announced).is_some() {
                    return Err(PeerError::ContentLength);
                }
            }
            append(head.headers_mut(), line.name, line.value)?;
        }
        if status.is_informational() {
            // RFC 9113 §8.1: HTTP/2 has no 101, and an interim response ends no stream.
            let is_legal = ends == Ends::No && status != StatusCode::SWITCHING_PROTOCOLS;
            return if is_legal { Ok(Self::Interim(head)) } else { Err(PeerError::PseudoValue) };
        }
        let content = content(status, ends, asked, length)?;
        Ok(Self::Final { head, content })
    }
}

/// Where the content ends. RFC 9113 §8.1.1.
fn content(
    status: StatusCode,
    ends: Ends,
    asked: Asked,
    length: Option<u64>,
) -> Result<Content, PeerError> {
    let has_none =
        asked == Asked::Head || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    match (ends, length) {
        // A stream that is yet to be ended by an empty frame.
        (Ends::No, _) if has_none => Ok(Content::Length(0)),
        (Ends::No, Some(length)) => Ok(Content::Length(length)),
        (Ends::No, None) => Ok(Content::Unknown),
        (Ends::Yes, Some(1..)) if !has_none => Err(PeerError::ContentLengthWrong),
        (Ends::Yes, _) => Ok(Content::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(ends: Ends, asked: Asked, fields: &[(&str, &str)]) -> Result<Response, PeerError> {
        let mut lines = Lines::new();
        for (name, value) in fields {
            lines.push(name.as_bytes(), value.as_bytes());
        }
        Response::judge(&lines, ends, asked, &Limits::default())
    }

    #[test]
    fn responses_by_the_table() {
        let status = (":status", "200");
        let content = |ends, asked, fields: &[_]| match judge(ends, asked, fields) {
            Ok(Response::Final { content, .. }) => Ok(content),
            Ok(Response::Interim(_)) => panic!(),
            Err(error) => Err(error),
        };
        for (ends, asked, fields, expected) in [
            (Ends::Yes, Asked::Other, vec![status], Ok(Content::None)),
            (Ends::No, Asked::Other, vec![status], Ok(Content::Unknown)),
            (Ends::No, Asked::Other, vec![status, ("content-length", "5")], Ok(Content::Length(5))),
            (Ends::Yes, Asked::Head, vec![status, ("content-length", "5")], Ok(Content::None)),
            (
                Ends::Yes,
                Asked::Other,
                vec![status, ("content-length", "5")],
                Err(PeerError::ContentLengthWrong),
            ),
            (Ends::Yes, Asked::Other, vec![], Err(PeerError::PseudoField)),
            (Ends::Yes, Asked::Other, vec![("a", "b"), status], Err(PeerError::PseudoField)),
            (Ends::Yes, Asked::Other, vec![status, status], Err(PeerError::PseudoField)),
            (Ends::Yes, Asked::Other, vec![(":status", "20")], Err(PeerError::PseudoValue)),
            (
                Ends::Yes,
                Asked::Other,
                vec![status, ("connection", "close")],
                Err(PeerError::ConnectionField),
            ),
        ] {
            assert_eq!(content(ends, asked, &fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn an_interim_response_ends_nothing() {
        let early = [(":status", "103"), ("link", "</a>")];
        assert!(matches!(judge(Ends::No, Asked::Other, &early), Ok(Response::Interim(_))));
        assert!(judge(Ends::Yes, Asked::Other, &early).is_err());
        assert!(judge(Ends::No, Asked::Other, &[(":status", "101")]).is_err());
    }
}
