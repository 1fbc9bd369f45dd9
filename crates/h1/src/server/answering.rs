//! Answers: what the service says, framed and sent.
//!
//! The service decides about status, fields and content; the machine about everything that
//! frames the message or manages the connection. Content is not held: what is given goes
//! straight into the output.

use gnezdo_core::{Now, Pace, Ready};
use http::response::Parts;
use http::{HeaderMap, StatusCode, Version};

use super::due::{Asked, Due};
use super::{Receiving, Sending, Server};
use crate::content::Outgoing;
use crate::deadline::Waiting;
use crate::encode::{self, Announcement, ConnectionOption};
use crate::framing::allows_content;
use crate::persistence::{Persistence, says_close};
use gnezdo_core::grammar::digits;

impl Server {
    /// Appends the head of an answer. `length` is the length of its content, if known.
    ///
    /// Returns how the content is to follow, which is [`Outgoing::None`] where none may: then
    /// the answer is complete. Does nothing if no answer is due.
    pub fn send_response(
        &mut self,
        now: &Now,
        head: &Parts,
        length: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Outgoing {
        let Some(due) = self.take_due(&head.headers) else {
            return Outgoing::None;
        };
        let length =
            if due.asked == Asked::Head { head_length(length, &head.headers) } else { length };
        let (announcement, outgoing) = self.frame(due, head.status, length);
        encode::status_line(head.status, out);
        encode::announcement(announcement, out);
        encode::fields(&head.headers, out);
        self.say_fixed_field(&head.headers, out);
        encode::head_end(encode::missing_date(&head.headers, &now.date), self.option(due), out);
        self.sending = Sending::Content(outgoing);
        if outgoing == Outgoing::None {
            self.complete_answer(now.instant);
        }
        outgoing
    }

    /// Appends a prepared answer, and its content if that is welcome.
    ///
    /// Returns how the content is to follow by [`send_data`](Self::send_data): it does only if
    /// it is longer than `content_bytes_max` bytes. Otherwise the answer is complete. Does
    /// nothing if no answer is due.
    pub fn send_ready(
        &mut self,
        now: &Now,
        ready: &Ready,
        content_bytes_max: usize,
        out: &mut Vec<u8>,
    ) -> Outgoing {
        let Some(due) = self.take_due(ready.headers()) else {
            return Outgoing::None;
        };
        let length = ready.body().len();
        let (announcement, outgoing) = self.frame(due, ready.status(), Some(length as u64));
        if announcement == encode::ready_announcement(ready) {
            out.extend_from_slice(ready.encoded(encode::ready_lines));
        } else {
            encode::status_line(ready.status(), out);
            encode::announcement(announcement, out);
            encode::fields(ready.headers(), out);
        }
        self.say_fixed_field(ready.headers(), out);
        encode::head_end(encode::missing_date(ready.headers(), &now.date), self.option(due), out);
        if outgoing != Outgoing::None && length > content_bytes_max {
            self.sending = Sending::Content(outgoing);
            return outgoing;
        }
        if outgoing != Outgoing::None {
            out.extend_from_slice(ready.body());
        }
        self.complete_answer(now.instant);
        Outgoing::None
    }

    /// Appends a piece of content. Content beyond the announced length breaks the answer off.
    pub fn send_data(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if let Sending::Content(outgoing) = &mut self.sending
            && outgoing.send(piece, out).is_err()
        {
            self.abort();
        }
    }

    /// Counts content that the caller sends by another way, such as a range of a file. Not for
    /// [`Outgoing::Chunked`], whose pieces need a frame.
    pub fn send_elsewhere(&mut self, length: u64) {
        if let Sending::Content(outgoing) = &mut self.sending
            && outgoing.promise(length).is_err()
        {
            self.abort();
        }
    }

    /// Appends the end of the content. Content short of the announced length breaks the answer
    /// off instead.
    pub fn send_end(&mut self, now: &Now, trailers: Option<&HeaderMap>, out: &mut Vec<u8>) {
        let Sending::Content(outgoing) = self.sending else {
            return;
        };
        match outgoing.end(trailers, out) {
            Ok(()) => self.complete_answer(now.instant),
            Err(_) => self.abort(),
        }
    }

    /// Appends an interim (1xx) response, such as `103 (Early Hints)`. Does nothing once the
    /// answer has begun, or for a client that knows none (RFC 9110 §15.2).
    ///
    /// `101 (Switching Protocols)` is none of them: it changes what is spoken.
    pub fn send_interim(&mut self, status: StatusCode, fields: &HeaderMap, out: &mut Vec<u8>) {
        let is_interim = status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
        if let Sending::Due(due) = self.sending
            && due.version == Version::HTTP_11
            && is_interim
        {
            encode::status_line(status, out);
            encode::fields(fields, out);
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Appends `100 (Continue)` if the client waits for it. RFC 9110 §10.1.1.
    pub fn send_continue(&mut self, now: &Now, out: &mut Vec<u8>) {
        if let Sending::Due(due) = &mut self.sending
            && due.expects_continue
        {
            due.expects_continue = false;
            self.waiting = Waiting::Content(Pace::new(now.instant));
            out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
    }

    fn say_fixed_field(&self, fields: &HeaderMap, out: &mut Vec<u8>) {
        if let Some(field) = &self.fixed_field
            && field.is_missing_in(fields)
        {
            out.extend_from_slice(field.line());
        }
    }

    fn take_due(&mut self, fields: &HeaderMap) -> Option<Due> {
        let Sending::Due(due) = self.sending else {
            return None;
        };
        if says_close(fields) {
            self.persistence = Persistence::Close;
        }
        if let Receiving::Content(content) = &self.receiving {
            let left = content.left();
            // §10.1.1: without 100 the content may come or not; both would be read wrongly.
            if due.expects_continue || left.is_some_and(|l| l > self.limits.discard_bytes_max) {
                self.persistence = Persistence::Close;
            }
        }
        Some(due)
    }

    /// How the answer's end is announced and kept, and what that means for the connection.
    fn frame(
        &mut self,
        due: Due,
        status: StatusCode,
        length: Option<u64>,
    ) -> (Announcement, Outgoing) {
        let (announcement, outgoing) = answer_framing(due, status, length);
        // An interim response is no answer: the client would take the next one for it.
        if outgoing == Outgoing::UntilClose || status.is_informational() {
            self.persistence = Persistence::Close;
        }
        if due.asked == Asked::Head {
            (announcement, Outgoing::None)
        } else {
            (announcement, outgoing)
        }
    }

    fn option(&self, due: Due) -> ConnectionOption {
        match (self.persistence, due.version) {
            (Persistence::Close, _) => ConnectionOption::Close,
            (Persistence::KeepAlive, Version::HTTP_11) => ConnectionOption::Default,
            (Persistence::KeepAlive, _) => ConnectionOption::KeepAlive,
        }
    }
}

/// Framing of an answer, as if it were one to GET. RFC 9112 §6.
fn answer_framing(due: Due, status: StatusCode, length: Option<u64>) -> (Announcement, Outgoing) {
    if !allows_content(status) {
        return (Announcement::Nothing, Outgoing::None);
    }
    // RFC 9110 §9.3.6: success of CONNECT frames nothing; a tunnel is all that can follow.
    if due.asked == Asked::Connect && status.is_success() {
        return (Announcement::Nothing, Outgoing::UntilClose);
    }
    // RFC 9110 §15.3.6: no content, whatever the service gives.
    let length = if status == StatusCode::RESET_CONTENT { Some(0) } else { length };
    match length {
        Some(0) => (Announcement::Length(0), Outgoing::None),
        Some(length) => (Announcement::Length(length), Outgoing::Length(length)),
        None if due.version == Version::HTTP_11 => (Announcement::Chunked, Outgoing::Chunked),
        None => (Announcement::Nothing, Outgoing::UntilClose),
    }
}

/// A relayed answer to HEAD has no content but may know its length. RFC 9110 §8.6.
fn head_length(length: Option<u64>, fields: &HeaderMap) -> Option<u64> {
    let announced = || digits(fields.get(http::header::CONTENT_LENGTH)?.as_bytes());
    if length == Some(0) { announced().or(length) } else { length }
}
