//! Answers of HTTP/2: from the service into the output, as far as windows and room allow, each to its
//! end and to its line in the log.

use std::task::{Context as TaskContext, Poll};

use bytes::Bytes;
use gnezdo_core::{Form, Ready, Reply, Response, give_fields_back};
use gnezdo_h2::{ErrorCode, Follows, StreamId};
use http::{HeaderMap, StatusCode};

use super::outgoing::{self, Outgoing};
use super::{Http2, OnStream};
use crate::context::Desk;
use crate::guard::{Foreign, measured};

impl Http2 {
    pub(super) fn reply(&mut self, desk: &mut Desk, stream: StreamId, reply: Reply) {
        match reply {
            Reply::Ready(ready) => self.answer_ready(desk, stream, &ready),
            Reply::Now(response) => self.answer(desk, stream, response),
            Reply::Later(handler) => {
                self.begin_exchange(stream).begin(handler);
                self.has_news = true;
            }
        }
    }

    fn answer_ready(&mut self, desk: &mut Desk, stream: StreamId, ready: &Ready) {
        let length = Some(ready.body().len() as u64);
        self.note_answer(stream, ready.status(), ready.headers(), length);
        let out = &mut desk.out.bytes;
        match self.machine.send_ready(&desk.now, stream, ready, usize::MAX, out) {
            Follows::Nothing => self.finish_answer(desk, stream),
            Follows::Content => {
                self.send_later(desk, stream, Outgoing::Bytes(ready.body().clone()));
            }
        }
    }

    pub(super) fn answer(&mut self, desk: &mut Desk, stream: StreamId, response: Response) {
        let (response, length) = measured(response);
        let (mut head, body) = response.into_parts();
        let form = body.into_form();
        if matches!(form, Form::Stream(_)) && self.is_content_kept(stream) {
            // RFC 9110 §10.1.1: after the head of the answer it would be too late to ask for
            // content of which the answer may be made.
            self.machine.send_continue(&desk.now, stream, &mut desk.out.bytes);
        }
        self.note_answer(stream, head.status, &head.headers, length);
        let out = &mut desk.out.bytes;
        let follows = self.machine.send_response(&desk.now, stream, &head, length, out);
        give_fields_back(&mut head.headers);
        if follows == Follows::Nothing {
            drop(Foreign::new(form));
            return self.finish_answer(desk, stream);
        }
        match form {
            Form::Empty => {
                self.machine.send_last(&desk.now, stream, &[], out);
                self.finish_answer(desk, stream);
            }
            Form::Bytes(bytes) if bytes.len() <= self.machine.room(stream) => {
                self.machine.send_last(&desk.now, stream, &bytes, out);
                self.finish_answer(desk, stream);
            }
            Form::Bytes(bytes) => self.send_later(desk, stream, Outgoing::Bytes(bytes)),
            Form::File(range) => self.send_later(desk, stream, Outgoing::File(range)),
            Form::Stream(body) => {
                self.begin_exchange(stream).begin_answer(body);
                self.place(stream).outgoing = Outgoing::Stream(Bytes::new());
                self.has_news = true;
            }
        }
    }

    pub(super) fn send_hints(&mut self, desk: &mut Desk, stream: StreamId, hints: &[HeaderMap]) {
        for fields in hints {
            let out = &mut desk.out.bytes;
            self.machine.send_interim(stream, StatusCode::EARLY_HINTS, fields, out);
        }
    }

    /// Content that the machine asks for when it can be sent.
    fn send_later(&mut self, desk: &Desk, stream: StreamId, outgoing: Outgoing) {
        self.begin_exchange(stream);
        self.place(stream).outgoing = outgoing;
        self.machine.set_ready(&desk.now, stream, true);
    }

    /// Sends content as far as windows and the output allow.
    pub(super) fn send(&mut self, desk: &mut Desk) {
        while !desk.out.is_full() {
            let Some(grant) = self.machine.poll_send() else {
                return;
            };
            let stream = grant.stream;
            let Ok(place) = self.find(stream) else {
                self.machine.reset(&desk.now, stream, ErrorCode::INTERNAL_ERROR);
                continue;
            };
            let outgoing = &mut self.exchanges[place].outgoing;
            match outgoing.send(&mut self.machine, desk, grant) {
                outgoing::Sent::More => {}
                outgoing::Sent::All => self.finish_answer(desk, stream),
                outgoing::Sent::Piece => self.poll_answer(desk, place),
                outgoing::Sent::Broken => self.break_off(desk, stream),
            }
        }
    }

    /// Reads the next piece of an answer that comes in pieces, if none is there.
    pub(super) fn poll_answer(&mut self, desk: &mut Desk, place: usize) {
        let on_stream = &mut self.exchanges[place];
        let stream = on_stream.stream;
        let Outgoing::Stream(piece) = &mut on_stream.outgoing else {
            return;
        };
        let Some(waker) = on_stream.waker.clone() else {
            // It is polled for the first time when its waker has been made.
            (on_stream.exchange.is_ready, self.has_news) = (true, true);
            return self.machine.set_ready(&desk.now, stream, false);
        };
        let mut cx = TaskContext::from_waker(&waker);
        while piece.is_empty() {
            let frame = match on_stream.exchange.poll_answer(&mut cx) {
                Poll::Pending => return self.machine.set_ready(&desk.now, stream, false),
                Poll::Ready(None) => {
                    self.machine.send_last(&desk.now, stream, &[], &mut desk.out.bytes);
                    return self.finish_answer(desk, stream);
                }
                Poll::Ready(Some(Err(_))) => return self.break_off(desk, stream),
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            match frame.into_data() {
                Ok(data) => {
                    if let Some(record) = &mut on_stream.exchange.record {
                        record.bytes += data.len() as u64;
                    }
                    *piece = data;
                }
                Err(frame) => {
                    let trailers = frame.into_trailers().unwrap_or_default();
                    self.machine.send_trailers(&desk.now, stream, &trailers, &mut desk.out.bytes);
                    return self.finish_answer(desk, stream);
                }
            }
        }
        self.machine.set_ready(&desk.now, stream, true);
    }

    /// The answer is in the output.
    fn finish_answer(&mut self, desk: &mut Desk, stream: StreamId) {
        if let Ok(place) = self.find(stream) {
            self.exchanges[place].exchange.finish();
            self.close_exchange(desk, place);
        }
    }

    fn break_off(&mut self, desk: &mut Desk, stream: StreamId) {
        self.machine.reset(&desk.now, stream, ErrorCode::INTERNAL_ERROR);
        if let Ok(place) = self.find(stream) {
            self.note_unsent(place);
            self.close_exchange(desk, place);
        }
    }

    pub(super) fn close_exchange(&mut self, desk: &mut Desk, place: usize) {
        let mut on_stream = self.exchanges.remove(place);
        if self.exchanges.is_empty() {
            self.exchanges = Vec::new();
        }
        if let (Some(log), Some(record)) = (&mut desk.log, on_stream.exchange.record.take()) {
            log.write(&record);
        }
    }

    fn note_answer(
        &mut self,
        stream: StreamId,
        status: StatusCode,
        fields: &HeaderMap,
        length: Option<u64>,
    ) {
        if let Some(record) = self.exchange(stream).and_then(|e| e.record.as_mut()) {
            record.answered(status, length);
            record.named_by(fields);
        }
    }

    /// What has not been sent of an answer never will be.
    pub(super) fn note_unsent(&mut self, place: usize) {
        let OnStream { exchange, outgoing, .. } = &mut self.exchanges[place];
        if let Some(record) = &mut exchange.record {
            record.bytes = record.bytes.saturating_sub(outgoing.left());
        }
    }
}
