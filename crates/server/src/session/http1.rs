//! HTTP/1 on a connection: one request at a time.
//!
//! It brings the machine and the service together: a request that the machine reads is given to
//! the service, and the answer is given to the machine.
//!
//! Back-pressure has one rule: while anything that the session has said or been told is not
//! dealt with (output that has not left, an answer in the making, a body nobody reads), no
//! further input is looked at. What was already read then waits in `held`, which is the only
//! memory of its own that a session ever fills from the wire.

use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use bytes::Bytes;
use gnezdo_core::{
    Body, BodyError, Form, Limits, Machine, Ready, Reply, Response, Sender, Wants, channel,
    give_fields_back,
};
use gnezdo_h1::{Event, Framing, Outgoing, PeerError, PlainRequest, RequestHead, Server};
use gnezdo_socket::Peer;
use http::{HeaderMap, StatusCode};
use http_body::Frame;

use crate::access_log::Record;
use crate::context::{Context, Desk};
use crate::exchange::Exchange;
use crate::guard::{Foreign, ask_service, call_service, guarded, measured, text_response};
use crate::output::Tail;
use crate::session::held::{Feed, Held, WaitsFor};
use crate::session::speak::Speak;

/// Content up to this many octets is copied behind its head, so that both leave in one
/// segment; larger content is sent from where it lies.
const COPIED_CONTENT_BYTES_MAX: usize = 16 * 1024;

/// Content up to this many octets is given to the service as a whole, if it came with its head:
/// nobody has to wait for it then. More would be copied in one go while others wait.
const WHOLE_CONTENT_BYTES_MAX: u64 = 64 * 1024;

/// A request whose content is at hand, until the machine has read it.
struct Whole {
    head: RequestHead,
    content: Vec<u8>,
}

/// HTTP/1 on one connection.
pub(super) struct Http1 {
    context: Arc<Context>,
    machine: Server,
    exchange: Option<Box<Exchange>>,
    whole: Option<Box<Whole>>,
    held: Held,
    peer: Peer,
}

impl Http1 {
    pub(super) fn new(context: Arc<Context>, peer: Peer, desk: &Desk) -> Self {
        let mut machine = Server::new(&desk.now, context.limits.clone());
        if context.log.is_none() && guarded(|| context.service.can_glance()).unwrap_or(false) {
            machine.offer_plain();
        }
        if let Some(field) = &context.fixed_field {
            machine.say_always(field.clone());
        }
        Self { context, machine, exchange: None, whole: None, held: Held::default(), peer }
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    pub(super) fn peer(&self) -> Peer {
        self.peer
    }

    /// What was read and not used.
    pub(super) fn held_octets(&self) -> &Vec<u8> {
        &self.held.octets
    }

    /// Keeps octets with which something else than HTTP/1 may begin.
    pub(super) fn hold_beginning(&mut self, input: &[u8]) {
        self.held.octets.extend_from_slice(input);
    }

    /// Whether the machine can go on with what is held. Even if that is nothing: a pause may
    /// have come between the last octet of content and its end.
    fn can_feed_held(&self) -> bool {
        self.held.waits_for == WaitsFor::Us
            && self.machine.wants() == Wants::Read
            && !self.is_paused()
    }

    /// Whether nobody has room for the content that comes.
    fn is_paused(&self) -> bool {
        self.exchange.as_ref().is_some_and(|exchange| exchange.is_paused)
    }

    /// `ahead` octets of the input come after what the event is made of.
    fn handle_event(&mut self, desk: &mut Desk, event: Event<'_>, ahead: usize) {
        match event {
            Event::Request { head, body: Framing::Length(length) }
                if length <= WHOLE_CONTENT_BYTES_MAX.min(ahead as u64) =>
            {
                let content = Vec::with_capacity(length as usize);
                self.whole = Some(Box::new(Whole { head, content }));
            }
            Event::Request { head, body } => self.begin(desk, head, body),
            Event::Plain(request) => self.begin_plain(desk, request),
            Event::Data(piece) => match &mut self.whole {
                Some(whole) => whole.content.extend_from_slice(piece),
                None => self.receive_content(desk, piece),
            },
            Event::End(trailers) => self.end_content(desk, trailers),
            Event::Refused(error) => self.refused(desk, error),
        }
    }

    fn end_content(&mut self, desk: &mut Desk, trailers: Option<HeaderMap>) {
        if let Some(whole) = self.whole.take() {
            self.serve(desk, whole.head, whole.content.into());
        } else if let Some(content) = self.take_content() {
            content.finish(trailers);
        }
    }

    fn begin_plain(&mut self, desk: &mut Desk, request: PlainRequest<'_>) {
        if let Some(reply) = ask_service(&*self.context.service, request.glance()) {
            return self.reply(desk, reply);
        }
        match request.to_head(&self.context.limits) {
            Ok(head) => self.begin(desk, head, Framing::None),
            // What was judged once is judged the same again; if not, the peer is told.
            Err(error) => {
                self.machine.finish_soon();
                self.reply(desk, text_response(error.status()).into());
            }
        }
    }

    fn begin(&mut self, desk: &mut Desk, head: RequestHead, framing: Framing) {
        let body = self.content(framing);
        self.serve(desk, head, body);
    }

    fn serve(&mut self, desk: &mut Desk, head: RequestHead, body: Body) {
        if desk.log.is_some() {
            let record = Record::of_request(self.peer, &head, &desk.now);
            self.exchange().record = Some(Box::new(record));
        }
        let request = || self.context.request(head, body, self.peer);
        let (reply, hints) = call_service(&*self.context.service, request);
        if matches!(reply, Reply::Later(_)) {
            self.send_hints(desk, &hints);
        }
        self.reply(desk, reply);
    }

    fn reply(&mut self, desk: &mut Desk, reply: Reply) {
        match reply {
            Reply::Ready(ready) => self.answer_ready(desk, &ready),
            Reply::Now(response) => self.answer(desk, response),
            Reply::Later(handler) => self.exchange().begin(handler),
        }
    }

    /// The content of a request, as the service sees it.
    fn content(&mut self, framing: Framing) -> Body {
        let length = match framing {
            Framing::None => return Body::empty(),
            Framing::Length(length) => Some(length),
            Framing::Chunked | Framing::UntilClose => None,
        };
        let (sender, body) = channel(length);
        self.exchange().content = Some(sender);
        body
    }

    fn answer_ready(&mut self, desk: &mut Desk, ready: &Ready) {
        let length = Some(ready.body().len() as u64);
        self.note_answer(ready.status(), ready.headers(), length);
        let out = &mut desk.out.bytes;
        match self.machine.send_ready(&desk.now, ready, COPIED_CONTENT_BYTES_MAX, out) {
            Outgoing::None => self.finish_answer(desk),
            _ => self.send_bytes(desk, ready.body().clone()),
        }
    }

    fn answer(&mut self, desk: &mut Desk, response: Response) {
        let (response, length) = measured(response);
        let (mut head, body) = response.into_parts();
        let form = body.into_form();
        if matches!(form, Form::Stream(_)) && self.is_content_kept() {
            // RFC 9110 §10.1.1: after the head of the answer it would be too late to ask for
            // content of which the answer may be made.
            self.machine.send_continue(&desk.now, &mut desk.out.bytes);
        }
        self.note_answer(head.status, &head.headers, length);
        let outgoing = self.machine.send_response(&desk.now, &head, length, &mut desk.out.bytes);
        give_fields_back(&mut head.headers);
        if outgoing == Outgoing::None {
            drop(Foreign::new(form));
            return self.finish_answer(desk);
        }
        match form {
            Form::Empty => self.end_answer(desk, None),
            Form::Bytes(bytes) => self.send_bytes(desk, bytes),
            Form::File(range) => {
                self.machine.send_elsewhere(range.length);
                desk.out.tail = Some(Tail::File(range));
                self.end_answer(desk, None);
            }
            Form::Stream(body) => self.exchange().begin_answer(body),
        }
    }

    fn send_bytes(&mut self, desk: &mut Desk, bytes: Bytes) {
        if bytes.len() <= COPIED_CONTENT_BYTES_MAX {
            self.machine.send_data(&bytes, &mut desk.out.bytes);
        } else {
            self.machine.send_elsewhere(bytes.len() as u64);
            desk.out.tail = Some(Tail::Bytes(bytes));
        }
        self.end_answer(desk, None);
    }

    fn end_answer(&mut self, desk: &mut Desk, trailers: Option<&HeaderMap>) {
        self.machine.send_end(&desk.now, trailers, &mut desk.out.bytes);
        self.finish_answer(desk);
    }

    /// The answer is in the output. The record of one with a large tail waits until that has
    /// left; the others may share an output, and are logged as they come.
    fn finish_answer(&mut self, desk: &mut Desk) {
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        exchange.finish();
        if exchange.record.is_none() || desk.out.tail.is_none() {
            self.close_exchange(desk);
        }
    }

    fn close_exchange(&mut self, desk: &mut Desk) {
        let exchange = self.exchange.take();
        let record = exchange.and_then(|mut exchange| exchange.record.take());
        if let (Some(log), Some(record)) = (&mut desk.log, record) {
            log.write(&record);
        }
    }

    fn receive_content(&mut self, desk: &mut Desk, piece: &[u8]) {
        if let Some(exchange) = &mut self.exchange {
            exchange.receive_content(piece, &mut desk.content);
        }
    }

    /// Whether the service holds on to content that has not come to its end.
    fn is_content_kept(&self) -> bool {
        let content = self.exchange.as_ref().and_then(|exchange| exchange.content.as_ref());
        content.is_some_and(|content| !content.is_abandoned())
    }

    fn take_content(&mut self) -> Option<Sender> {
        self.exchange.as_mut()?.content.take()
    }

    /// The machine answers by itself, unless an answer has begun.
    fn refused(&mut self, desk: &mut Desk, error: PeerError) {
        self.whole = None;
        if let Some(content) = self.take_content() {
            content.fail(body_error(error));
        }
        if self.machine.is_answering() {
            return;
        }
        self.held.octets = Vec::new();
        if desk.log.is_some() {
            let (peer, now) = (self.peer, &desk.now);
            let unread = || Box::new(Record::of_unread(peer, now));
            let record = self.exchange().record.get_or_insert_with(unread);
            record.answered(error.status(), None);
        }
        self.close_exchange(desk);
    }

    fn poll_handler(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>) {
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        match exchange.poll_handler(cx) {
            Ok(response) => self.answer(desk, response),
            Err(hints) => self.send_hints(desk, &hints),
        }
    }

    fn send_hints(&mut self, desk: &mut Desk, hints: &[HeaderMap]) {
        for fields in hints {
            let out = &mut desk.out.bytes;
            self.machine.send_interim(StatusCode::EARLY_HINTS, fields, out);
        }
    }

    fn poll_answer(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>) {
        while let Some(exchange) = &mut self.exchange {
            if desk.out.is_full() {
                exchange.is_ready = true;
                return;
            }
            match exchange.poll_answer(cx) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(frame))) => self.send_frame(desk, frame),
                Poll::Ready(None) => self.end_answer(desk, None),
                Poll::Ready(Some(Err(_))) => {
                    self.machine.abort();
                    self.finish_answer(desk);
                }
            }
        }
    }

    fn send_frame(&mut self, desk: &mut Desk, frame: Frame<Bytes>) {
        match frame.into_data() {
            Ok(piece) => {
                if let Some(record) = self.record() {
                    record.bytes += piece.len() as u64;
                }
                self.machine.send_data(&piece, &mut desk.out.bytes);
            }
            Err(frame) => {
                let trailers = frame.into_trailers().ok();
                self.end_answer(desk, trailers.as_ref());
            }
        }
    }

    /// Somebody reads the content: say `100 (Continue)`, and learn when there is room again.
    fn poll_content(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>) {
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        let Some(content) = &exchange.content else {
            return;
        };
        content.register(cx.waker());
        if content.is_wanted() {
            self.machine.send_continue(&desk.now, &mut desk.out.bytes);
        }
        if exchange.is_paused && content.has_room() {
            exchange.is_paused = false;
            self.machine.resume_content(&desk.now);
        }
    }

    fn exchange(&mut self) -> &mut Exchange {
        self.exchange.get_or_insert_default()
    }

    fn record(&mut self) -> Option<&mut Record> {
        self.exchange.as_mut()?.record.as_deref_mut()
    }

    fn note_answer(&mut self, status: StatusCode, fields: &HeaderMap, length: Option<u64>) {
        if let Some(record) = self.record() {
            record.answered(status, length);
            record.named_by(fields);
        }
    }
}

impl Feed for Http1 {
    fn held(&mut self) -> &mut Held {
        &mut self.held
    }

    fn feed(&mut self, desk: &mut Desk, input: &[u8]) -> usize {
        let mut used = 0;
        self.held.waits_for = WaitsFor::Us;
        while !desk.out.is_full() && !self.is_paused() {
            let step = self.machine.handle_input(&desk.now, &input[used..]);
            used += step.used;
            match step.event {
                Some(event) => self.handle_event(desk, event, input.len() - used),
                None if step.used > 0 => {}
                None => {
                    if self.machine.wants() == Wants::Read {
                        self.held.waits_for = WaitsFor::Peer;
                    }
                    break;
                }
            }
        }
        self.machine.poll_output(&desk.now, &mut desk.out.bytes);
        used
    }

    fn feed_end(&mut self, desk: &mut Desk) {
        if let Some(event) = self.machine.handle_eof(&desk.now) {
            self.handle_event(desk, event, 0);
        }
        self.machine.poll_output(&desk.now, &mut desk.out.bytes);
    }
}

impl Speak for Http1 {
    fn hold_input(&mut self, input: &[u8]) {
        if !matches!(self.machine.wants(), Wants::Close(_)) {
            self.held.hold(input);
        }
    }

    /// Somebody has something new for the session: a handler, a body, or its reader.
    fn handle_wake(&mut self) {
        if let Some(exchange) = &mut self.exchange {
            exchange.is_ready = true;
        }
    }

    /// The session's deadline may have passed.
    fn handle_timeout(&mut self, desk: &mut Desk) {
        if self.deadline().is_none_or(|deadline| desk.now.instant < deadline) {
            return;
        }
        if let Some(event) = self.machine.handle_timeout(&desk.now) {
            self.handle_event(desk, event, 0);
        }
        self.machine.poll_output(&desk.now, &mut desk.out.bytes);
    }

    /// All output has left.
    fn handle_flushed(&mut self, desk: &mut Desk) {
        self.machine.handle_flushed(&desk.now);
        if self.exchange.as_ref().is_some_and(|exchange| exchange.is_finished()) {
            self.close_exchange(desk);
        }
    }

    /// The connection ends, with `unsent` octets that never left.
    fn handle_closed(&mut self, desk: &mut Desk, unsent: u64) {
        if let Some(record) = self.record() {
            record.bytes = record.bytes.saturating_sub(unsent);
        }
        self.close_exchange(desk);
    }

    /// Whether [`advance`](Self::advance) can do anything now.
    fn can_advance(&self, desk: &Desk) -> bool {
        let is_ready = self.exchange.as_ref().is_some_and(|exchange| exchange.is_ready);
        !desk.out.is_full() && (is_ready || self.can_feed_held())
    }

    /// Goes on with what needs no new input: handlers, bodies, input that was held.
    fn advance(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>) {
        if let Some(exchange) = &mut self.exchange {
            exchange.is_ready = false;
        }
        self.poll_handler(desk, cx);
        self.poll_answer(desk, cx);
        self.poll_content(desk, cx);
        if self.can_feed_held() {
            self.feed_held(desk);
        }
    }

    /// What the connection waits for, once all output has left.
    fn wants(&self) -> Wants {
        match self.machine.wants() {
            Wants::Read if self.is_paused() || self.held.eof => Wants::Nothing,
            wants => wants,
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due. A pause that is ours has none.
    fn deadline(&self) -> Option<Instant> {
        if self.is_paused() { None } else { self.machine.poll_timeout() }
    }

    fn limits(&self) -> &Limits {
        &self.context.limits
    }

    /// Since when nothing at all is in progress.
    fn idle_since(&self) -> Option<Instant> {
        if self.held.octets.is_empty() { self.machine.idle_since() } else { None }
    }

    /// Makes the current or the next answer the last one.
    fn finish_soon(&mut self) {
        self.machine.finish_soon();
    }

    fn leave(&mut self) {
        self.machine.abort();
    }
}

fn body_error(error: PeerError) -> BodyError {
    match error {
        PeerError::ContentTooLarge => BodyError::TooLarge,
        PeerError::ContentTimeout => BodyError::TimedOut,
        _ => BodyError::Truncated,
    }
}
