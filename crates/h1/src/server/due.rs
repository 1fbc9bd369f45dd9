//! What an answer must know of its request.

use http::header::EXPECT;
use http::{Method, Version};

use crate::PeerError;
use crate::framing::Framing;
use crate::head::RequestHead;
use gnezdo_core::grammar::{contains, list_members};

/// An answer that is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) asked: Asked,
    pub(super) version: Version,
    pub(super) expects_continue: bool,
}

/// The methods whose answers are framed in their own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Head,
    Connect,
    Other,
}

impl Due {
    /// For the answer to a request that could not be read.
    pub(super) const UNKNOWN: Self =
        Self { asked: Asked::Other, version: Version::HTTP_11, expects_continue: false };

    /// For the answer to a plain request.
    pub(super) fn plain(is_head: bool) -> Self {
        Self { asked: if is_head { Asked::Head } else { Asked::Other }, ..Self::UNKNOWN }
    }

    /// For the answer to this request.
    pub(super) fn new(head: &RequestHead, body: Framing) -> Result<Self, PeerError> {
        let asked = match *head.method() {
            Method::HEAD => Asked::Head,
            Method::CONNECT => Asked::Connect,
            _ => Asked::Other,
        };
        // §10.1.1: where there is no content, there is nothing to continue with.
        let expects_continue = expects_continue(head)? && body != Framing::None;
        Ok(Self { asked, version: head.version(), expects_continue })
    }
}

/// RFC 9110 §10.1.1; HTTP/1.0 clients cannot mean it.
fn expects_continue(head: &RequestHead) -> Result<bool, PeerError> {
    if head.version() == Version::HTTP_10 || !contains(head.headers(), &EXPECT) {
        return Ok(false);
    }
    let mut members = list_members(head.headers(), &EXPECT).filter(|member| !member.is_empty());
    members.try_fold(false, |_, member| {
        member.eq_ignore_ascii_case(b"100-continue").then_some(true).ok_or(PeerError::Expectation)
    })
}
