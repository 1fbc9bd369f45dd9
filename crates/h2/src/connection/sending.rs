//! Content on its way to the peer, and room for the peer's: what windows and priorities allow.
//!
//! Content is not held here. Whoever has some says so ([`Connection::set_ready`]), is asked for
//! it stream by stream ([`Connection::poll_send`]), and gives as much as was granted.

use gnezdo_core::{Now, Pace, Refusal};
use http::HeaderMap;

use super::heads::encode_fields;
use super::{Connection, Event, Gone, Stage};
use crate::error::{ErrorCode, Fault, PeerError};
use crate::frame::{self, FrameHead, FrameType, HEAD_OCTETS, PAYLOAD_OCTETS_MAX, flag};
use crate::role::{Role, Roles};
use crate::stream::{Ends, Receiving, Sending, Stream, StreamId};

/// What follows a head that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// Nothing: the message is complete.
    Nothing,
    /// Content.
    Content,
}

/// Content that may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// On which stream.
    pub stream: StreamId,
    /// At most so many octets, and at least one.
    pub bytes_max: usize,
}

impl<R: Role> Connection<R> {
    /// Says whether there is content for a stream at hand, or its end. Does nothing if the
    /// stream is no more, or has no content to come.
    pub fn set_ready(&mut self, now: &Now, id: StreamId, is_ready: bool) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        if !matches!(stream.sending, Sending::Content { .. }) || stream.is_ready == is_ready {
            return;
        }
        stream.is_ready = is_ready;
        stream.send_pace = is_ready.then(|| Pace::new(now.instant));
        let deadline = stream.deadline(&self.limits);
        self.waiting.watch(deadline);
        self.note_blocked(now);
    }

    /// Which stream may send its content now, and how much: the most urgent one that has some
    /// and a window for it.
    pub fn poll_send(&mut self) -> Option<Grant> {
        let connection = self.send_window.available();
        if connection == 0 {
            return None;
        }
        let stream = self.streams.next_to_send()?;
        let bytes_max = stream.send_window.available().min(connection).min(PAYLOAD_OCTETS_MAX);
        Some(Grant { stream: stream.id, bytes_max })
    }

    /// Whether [`poll_send`](Self::poll_send) would grant something.
    pub fn can_send(&self) -> bool {
        let is_open = |stream: &Stream| stream.is_ready && stream.send_window.available() > 0;
        self.send_window.available() > 0 && self.streams.iter().any(is_open)
    }

    /// Appends a piece of content, no more than was granted.
    ///
    /// Content beyond the announced length breaks the message off.
    pub fn send_data(&mut self, now: &Now, id: StreamId, piece: &[u8], out: &mut Vec<u8>) {
        self.send_frame(now, id, piece, Ends::No, out);
    }

    /// Appends a piece of content and the end of the stream. The piece may be empty; content
    /// short of the announced length breaks the message off.
    pub fn send_last(&mut self, now: &Now, id: StreamId, piece: &[u8], out: &mut Vec<u8>) {
        self.send_frame(now, id, piece, Ends::Yes, out);
    }

    fn send_frame(&mut self, now: &Now, id: StreamId, piece: &[u8], ends: Ends, out: &mut Vec<u8>) {
        if !self.take_windows(now, id, piece.len(), ends) {
            return;
        }
        self.speak(out);
        out.reserve(HEAD_OCTETS + piece.len());
        out.extend_from_slice(&data_head(id, piece.len(), ends));
        out.extend_from_slice(piece);
        self.note_sent(now, id, ends);
    }

    /// Appends the head of a frame whose `length` octets of content the caller has appended
    /// right behind `head_at`, where nine octets were left free for it.
    ///
    /// So content that is read from somewhere goes where it leaves from.
    pub fn send_in_place(
        &mut self,
        now: &Now,
        id: StreamId,
        head_at: usize,
        ends: Ends,
        out: &mut Vec<u8>,
    ) {
        let length = out.len().saturating_sub(head_at + HEAD_OCTETS);
        if !self.take_windows(now, id, length, ends) {
            out.truncate(head_at);
            return;
        }
        out[head_at..head_at + HEAD_OCTETS].copy_from_slice(&data_head(id, length, ends));
        self.note_sent(now, id, ends);
    }

    /// Leaves room for the head of a frame, behind everything that has to be said before it.
    pub fn begin_in_place(&mut self, out: &mut Vec<u8>) -> usize {
        self.speak(out);
        let head_at = out.len();
        out.extend_from_slice(&[0; HEAD_OCTETS]);
        head_at
    }

    /// Appends a trailer section, which ends the stream; an empty one is only an end.
    pub fn send_trailers(
        &mut self,
        now: &Now,
        id: StreamId,
        trailers: &HeaderMap,
        out: &mut Vec<u8>,
    ) {
        if trailers.is_empty() {
            return self.send_last(now, id, &[], out);
        }
        if !self.take_windows(now, id, 0, Ends::Yes) {
            return;
        }
        self.write_head(id, Ends::Yes, out, |encoder, out| {
            encode_fields(trailers, |_| false, encoder, out);
        });
        self.note_sent(now, id, Ends::Yes);
    }

    /// Ends a stream at once: what has been sent of its message stays incomplete.
    pub fn reset(&mut self, now: &Now, id: StreamId, code: ErrorCode) {
        if let Some(stream) = self.streams.close_by_us(id) {
            frame::write_reset(id, code, &mut self.own_words);
            self.give_back(stream.receive_window.outstanding());
            self.note_closed(now);
        }
    }

    /// Gives room back: so many octets of a stream's content have been dealt with.
    pub fn release(&mut self, id: StreamId, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        // What a stream held was given back with it, so only what is held here counts.
        let bytes = bytes.min(stream.receive_window.outstanding());
        if let Some(increment) = stream.receive_window.release(bytes)
            && stream.receiving != Receiving::Complete
        {
            frame::write_window_update(id, increment, &mut self.own_words);
        }
        self.give_back(bytes);
    }

    /// Content is welcome again after a pause that was ours: time counts from now.
    pub fn resume_content(&mut self, now: &Now, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(id)
            && matches!(stream.receiving, Receiving::Content { .. })
        {
            stream.watch_content(now.instant);
            let deadline = stream.deadline(&self.limits);
            self.waiting.watch(deadline);
        }
    }

    /// Gives room back in the window of the connection.
    pub(crate) fn give_back(&mut self, bytes: u32) {
        if let Some(increment) = self.receive_window.release(bytes) {
            frame::write_window_update(StreamId::CONNECTION, increment, &mut self.own_words);
        }
    }

    /// How much content a stream may send now.
    pub fn room(&self, id: StreamId) -> usize {
        let window = self.streams.get(id).map_or(0, |stream| stream.send_window.available());
        window.min(self.send_window.available()).min(PAYLOAD_OCTETS_MAX)
    }

    /// Counts content against the windows and the announced length. Without either, the message
    /// is broken off, and there is nothing to send.
    fn take_windows(&mut self, now: &Now, id: StreamId, length: usize, ends: Ends) -> bool {
        let room = self.room(id);
        let Some(stream) = self.streams.get_mut(id) else {
            return false;
        };
        let Sending::Content { left } = &mut stream.sending else {
            return false;
        };
        let still = left.map(|left| left.checked_sub(length as u64));
        let is_kept = match still {
            None => true,
            Some(None) => false,
            Some(Some(still)) => {
                *left = Some(still);
                still == 0 || ends == Ends::No
            }
        };
        if !is_kept || length > room {
            self.reset(now, id, ErrorCode::INTERNAL_ERROR);
            return false;
        }
        stream.send_window.take(length);
        self.send_window.take(length);
        self.send_pace.advance(now.instant, length as u64, &self.limits);
        self.budget.data_sent(length);
        if let Some(pace) = &mut stream.send_pace {
            pace.advance(now.instant, length as u64, &self.limits);
        }
        true
    }

    /// Content has been sent; the stream may be complete with it.
    fn note_sent(&mut self, now: &Now, id: StreamId, ends: Ends) {
        if ends == Ends::Yes {
            self.complete_sending(now, id);
        }
        self.note_blocked(now);
    }

    /// We have said all on a stream.
    pub(crate) fn complete_sending(&mut self, now: &Now, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        stream.sending = Sending::Complete;
        stream.is_ready = false;
        stream.send_pace = None;
        if R::SELF == Roles::Server && stream.receiving != Receiving::Complete {
            return self.discard(now, id);
        }
        self.close_if_complete(now, id);
    }

    /// The rest of a request is not needed. RFC 9113 §8.1 allows to reset the stream at once, but
    /// clients that read the reset together with the answer throw the answer away (curl 7.88,
    /// httpx). So some of the rest is put up with, for a while, as over HTTP/1.
    fn discard(&mut self, now: &Now, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        if stream.is_tunnel {
            return self.reset(now, id, ErrorCode::NO_ERROR);
        }
        let until = now.instant.checked_add(self.limits.linger_timeout);
        let left = self.limits.discard_bytes_max;
        stream.receiving = Receiving::Discarded { left, until };
        stream.receive_pace = None;
        let held = stream.receive_window.outstanding();
        self.waiting.watch(until);
        self.release(id, held as usize);
    }

    pub(crate) fn close_if_complete(&mut self, now: &Now, id: StreamId) {
        if self.streams.get(id).is_some_and(Stream::is_complete) {
            if let Some(stream) = self.streams.close_by_peer(id) {
                self.give_back(stream.receive_window.outstanding());
            }
            self.note_closed(now);
        }
    }

    /// Without input no window opens any more: what one keeps back has come to its end.
    pub(super) fn note_blocked(&mut self, now: &Now) {
        let is_blocked = |stream: &Stream| stream.is_blocked(self.send_window);
        if self.stage == Stage::Deaf && self.streams.iter().any(is_blocked) {
            self.waiting.watch(Some(now.instant));
        }
    }

    /// Ends a stream that nothing lets go on.
    pub(super) fn end_blocked(&mut self, now: &Now) -> Option<Event<'static, R::Head>> {
        if self.stage != Stage::Deaf {
            return None;
        }
        let window = self.send_window;
        let id = self.streams.iter().find(|stream| stream.is_blocked(window))?.id;
        self.reset(now, id, ErrorCode::CANCEL);
        Some(Event::Gone(id, Gone::Ended))
    }

    /// Finds a stream on which the peer has stopped, and ends it.
    pub(super) fn find_stalled(&mut self, now: &Now) -> Option<Event<'static, R::Head>> {
        let is_past = |pace: Option<Pace>, limits| {
            let deadline = pace.and_then(|pace| pace.deadline(limits));
            deadline.is_some_and(|deadline| now.instant >= deadline)
        };
        let mut stalled = None;
        self.waiting.streams_due = None;
        let is_patient = |stream: &&Stream| stream.patience().is_none_or(|end| now.instant < end);
        let over = self.streams.iter().filter(|stream| !is_patient(stream)).map(|stream| stream.id);
        for id in over.collect::<Vec<_>>() {
            self.reset(now, id, ErrorCode::NO_ERROR);
        }
        let is_moving = !is_past(Some(self.send_pace), &self.limits);
        let is_open = self.send_window.available() > 0 || is_moving;
        for stream in self.streams.iter_mut() {
            let has_window = stream.send_window.available() > 0 && is_open;
            if is_past(stream.send_pace, &self.limits) && has_window {
                // Others had their turn; that is not the peer's fault.
                stream.send_pace = Some(Pace::new(now.instant));
            }
            if self.receive_window.is_shut() && stream.receive_pace.is_some() {
                // Others have not read what is theirs.
                stream.receive_pace = Some(Pace::new(now.instant));
            }
            if stalled.is_none() && is_past(stream.receive_pace, &self.limits) {
                stalled = Some((stream.id, PeerError::ContentTimeout));
            } else if stalled.is_none() && is_past(stream.send_pace, &self.limits) {
                stalled = Some((stream.id, PeerError::WindowTimeout));
            } else {
                let deadline = stream.deadline(&self.limits);
                self.waiting.watch(deadline);
            }
        }
        let (id, error) = stalled?;
        let is_due = |stream: &Stream| matches!(stream.sending, Sending::Due(_));
        if error == PeerError::ContentTimeout && self.streams.get(id).is_some_and(is_due) {
            return Some(self.refuse_request(now, id, Refusal::ContentTimeout));
        }
        Some(self.settle_fault(now, Fault::Stream(id, error)))
    }

    /// Answers a request in place of the service, if no answer has begun.
    pub(crate) fn refuse_request(
        &mut self,
        now: &Now,
        id: StreamId,
        refusal: Refusal,
    ) -> Event<'static, R::Head> {
        R::answer_refusal(self, now, id, refusal);
        // An answer that had begun is broken off.
        if self.streams.get(id).is_some_and(|stream| stream.sending != Sending::Complete) {
            self.reset(now, id, ErrorCode::CANCEL);
        }
        Event::Gone(id, Gone::Refused(refusal))
    }

    /// The peer will say no more: streams whose message is not whole are of no use.
    pub(super) fn drop_unfinished(&mut self, now: &Now) {
        let is_unfinished = |stream: &&Stream| stream.receiving != Receiving::Complete;
        let unfinished: Vec<_> =
            self.streams.iter().filter(is_unfinished).map(|stream| stream.id).collect();
        for id in unfinished {
            self.streams.close_by_peer(id);
            self.lost.push((id, Gone::Ended));
        }
        self.note_closed(now);
    }
}

fn data_head(id: StreamId, length: usize, ends: Ends) -> [u8; HEAD_OCTETS] {
    let flags = if ends == Ends::Yes { flag::END_STREAM } else { flag::NONE };
    FrameHead { length: length as u32, kind: FrameType::DATA, flags, stream: id }.to_octets()
}
