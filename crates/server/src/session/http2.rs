//! HTTP/2 on a connection: many requests at a time, each on a stream of its own.
//!
//! It brings the machine and the service together as HTTP/1 does. What differs: content of
//! answers is asked for by the machine, stream by stream, when its windows and priorities allow;
//! and a reader that is slow does not stop the connection, but its own stream's window.
//!
//! A request that is answered at once, in full, leaves nothing behind here. One that is not has
//! an [`Exchange`] and an [`Outgoing`], and whatever wakes it wakes only it.

use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};
use std::time::Instant;

use gnezdo_core::{BodyError, Limits, Machine, Reply, Wants, channel};
use gnezdo_h2::{Content, Event, Gone, PeerError, Request, Server, StreamId};
use gnezdo_socket::Peer;
use http::StatusCode;

use self::outgoing::Outgoing;
use self::woken::Woken;
use crate::access_log::Record;
use crate::context::{Context, Desk};
use crate::exchange::Exchange;
use crate::guard::{ask_service, call_service, guarded, text_response};
use crate::session::held::{Feed, Held, WaitsFor};
use crate::session::speak::Speak;

mod answering;
mod outgoing;
mod woken;

/// HTTP/2 on one connection.
pub(super) struct Http2 {
    context: Arc<Context>,
    machine: Server,
    /// By the order of their streams, which is that in which they began.
    exchanges: Vec<OnStream>,
    /// Who has news; absent as long as nobody could have.
    woken: Option<Arc<Woken>>,
    /// Whether somebody may have news.
    has_news: bool,
    held: Held,
    peer: Peer,
    can_glance: bool,
}

/// What of an exchange takes longer than a call, and its stream.
struct OnStream {
    stream: StreamId,
    exchange: Box<Exchange>,
    outgoing: Outgoing,
    /// How much content has come that the machine has not been told of as dealt with.
    unreleased: usize,
    waker: Option<Waker>,
}

impl Http2 {
    pub(super) fn new(context: Arc<Context>, peer: Peer, desk: &Desk) -> Self {
        let mut machine = Server::new(&desk.now, context.limits.clone());
        if let Some(field) = &context.fixed_field {
            machine.say_always(field.clone());
        }
        let can_glance =
            context.log.is_none() && guarded(|| context.service.can_glance()).unwrap_or(false);
        Self {
            context,
            machine,
            exchanges: Vec::new(),
            woken: None,
            has_news: false,
            held: Held::default(),
            peer,
            can_glance,
        }
    }

    fn can_feed_held(&self) -> bool {
        self.held.waits_for == WaitsFor::Us
            && self.machine.wants() == Wants::Read
            && !self.held.octets.is_empty()
    }

    fn attend(&self) {
        if let Some(woken) = &self.woken {
            woken.attend();
        }
    }

    fn leave_attention(&mut self) {
        if let Some(woken) = &self.woken {
            self.has_news |= woken.leave();
        }
    }

    fn feed_all(&mut self, desk: &mut Desk, input: &[u8]) -> usize {
        let mut used = 0;
        self.held.waits_for = WaitsFor::Us;
        while !desk.out.is_full() {
            let step = self.machine.handle_input(&desk.now, &input[used..]);
            used += step.used;
            match step.event {
                Some(event) => self.handle_event(desk, event),
                None if step.used > 0 => {}
                None => {
                    if self.machine.wants() == Wants::Read {
                        self.held.waits_for = WaitsFor::Peer;
                    }
                    break;
                }
            }
            // What is answered frame by frame does not pile up.
            if self.machine.has_words() {
                self.machine.poll_output(&desk.now, &mut desk.out.bytes);
            }
        }
        self.machine.poll_output(&desk.now, &mut desk.out.bytes);
        self.send(desk);
        used
    }

    fn handle_event(&mut self, desk: &mut Desk, event: Event<'_, Request>) {
        match event {
            Event::Head(stream, request) => self.begin(desk, stream, &request),
            Event::Data(stream, piece) => self.receive_content(desk, stream, piece),
            Event::End(stream, trailers) => {
                if let Some(content) = self.exchange(stream).and_then(|e| e.content.take()) {
                    content.finish(trailers);
                }
            }
            Event::Gone(stream, gone) => self.lose(desk, stream, gone),
            Event::Refused(error) => self.refused(desk, error),
        }
    }

    fn begin(&mut self, desk: &mut Desk, stream: StreamId, request: &Request) {
        if self.can_glance
            && let Some(glance) = request.glance()
            && let Some(reply) = ask_service(&*self.context.service, glance)
        {
            return self.reply(desk, stream, reply);
        }
        match request.to_head() {
            Ok(head) => self.call(desk, stream, request.content(), head),
            // More fields than a table takes, which the limits do not allow by default.
            Err(_) => {
                let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
                self.reply(desk, stream, text_response(status).into());
            }
        }
    }

    fn call(
        &mut self,
        desk: &mut Desk,
        stream: StreamId,
        content: Content,
        head: gnezdo_h2::RequestHead,
    ) {
        if desk.log.is_some() {
            let record = Record::of_request(self.peer, &head, &desk.now);
            self.begin_exchange(stream).record = Some(Box::new(record));
        }
        let body = match content {
            Content::None => gnezdo_core::Body::empty(),
            Content::Length(_) | Content::Unknown => {
                let length = match content {
                    Content::Length(length) => Some(length),
                    _ => None,
                };
                let (sender, body) = channel(length);
                self.begin_exchange(stream).content = Some(sender);
                body
            }
        };
        let request = || self.context.request(head, body, self.peer);
        let (reply, hints) = call_service(&*self.context.service, request);
        if matches!(reply, Reply::Later(_)) {
            self.send_hints(desk, stream, &hints);
        }
        self.reply(desk, stream, reply);
    }

    fn receive_content(&mut self, desk: &mut Desk, stream: StreamId, piece: &[u8]) {
        let Ok(place) = self.find(stream) else {
            return self.machine.release(stream, piece.len());
        };
        let on_stream = &mut self.exchanges[place];
        on_stream.exchange.receive_content(piece, &mut desk.content);
        on_stream.unreleased += piece.len();
        self.release(place);
    }

    /// Gives the window back for content that was read, or that nobody will read.
    fn release(&mut self, place: usize) {
        let on_stream = &mut self.exchanges[place];
        let content = on_stream.exchange.content.as_ref();
        let waiting = content.map_or(0, gnezdo_core::Sender::waiting_bytes);
        let released = on_stream.unreleased.saturating_sub(waiting);
        if released > 0 {
            on_stream.unreleased -= released;
            self.machine.release(on_stream.stream, released);
        }
    }

    /// A stream is no more.
    fn lose(&mut self, desk: &mut Desk, stream: StreamId, gone: Gone) {
        let status = match gone {
            Gone::Refused(refusal) => Some(refusal.status()),
            Gone::Fault(error) => fault_status(error),
            Gone::Reset(_) | Gone::Unprocessed | Gone::Ended => None,
        };
        let Ok(place) = self.find(stream) else {
            return self.log_unread(desk, status);
        };
        self.note_unsent(place);
        let on_stream = &mut self.exchanges[place];
        if let Some(content) = on_stream.exchange.content.take() {
            content.fail(body_error(gone));
        }
        if let (Some(status), Some(record)) = (status, &mut on_stream.exchange.record)
            && matches!(on_stream.outgoing, Outgoing::None)
        {
            record.answered(status, None);
        }
        self.close_exchange(desk, place);
    }

    /// A request that nobody saw is logged all the same.
    fn log_unread(&mut self, desk: &mut Desk, status: Option<StatusCode>) {
        if let (Some(log), Some(status)) = (&mut desk.log, status) {
            let mut record = Record::of_unread(self.peer, &desk.now);
            record.answered(status, None);
            log.write(&record);
        }
    }

    /// The connection is over for the peer's fault.
    fn refused(&mut self, desk: &mut Desk, error: PeerError) {
        self.held.octets = Vec::new();
        self.close_all(desk, Gone::Fault(error));
    }

    fn close_all(&mut self, desk: &mut Desk, gone: Gone) {
        while let Some(last) = self.exchanges.last() {
            self.lose(desk, last.stream, gone);
        }
    }

    /// Goes on with those who have news.
    fn handle_news(&mut self, desk: &mut Desk, cx: &TaskContext<'_>) {
        self.has_news = false;
        self.attend();
        if let Some(woken) = &self.woken {
            woken.register(cx.waker());
            for stream in woken.take() {
                if let Ok(place) = self.find(stream) {
                    self.exchanges[place].exchange.is_ready = true;
                }
            }
        }
        // Those that end close up their places: hence from the last.
        for place in (0..self.exchanges.len()).rev() {
            if self.exchanges.get(place).is_some_and(|on_stream| on_stream.exchange.is_ready) {
                self.go_on(desk, place, cx);
            }
        }
        self.leave_attention();
    }

    fn go_on(&mut self, desk: &mut Desk, place: usize, cx: &TaskContext<'_>) {
        let on_stream = &mut self.exchanges[place];
        let stream = on_stream.stream;
        on_stream.exchange.is_ready = false;
        let woken = self.woken.get_or_insert_with(|| Woken::new(cx.waker()));
        let waker = on_stream.waker.get_or_insert_with(|| woken.waker(stream)).clone();
        let mut cx = TaskContext::from_waker(&waker);
        match on_stream.exchange.poll_handler(&mut cx) {
            Ok(response) => self.answer(desk, stream, response),
            Err(hints) => self.send_hints(desk, stream, &hints),
        }
        if self.exchanges.get(place).is_some_and(|on_stream| on_stream.stream == stream) {
            self.poll_content(desk, place, &waker);
            self.poll_answer(desk, place);
        }
    }

    /// Somebody reads the content: say `100 (Continue)`, and give back what was read.
    fn poll_content(&mut self, desk: &mut Desk, place: usize, waker: &Waker) {
        let on_stream = &self.exchanges[place];
        let stream = on_stream.stream;
        let Some(content) = &on_stream.exchange.content else {
            return;
        };
        content.register(waker);
        if content.is_wanted() {
            self.machine.send_continue(&desk.now, stream, &mut desk.out.bytes);
        }
        self.release(place);
        self.machine.resume_content(&desk.now, stream);
    }

    /// Whether the service holds on to content that has not come to its end.
    fn is_content_kept(&self, stream: StreamId) -> bool {
        let place = self.find(stream).ok();
        let content = place.and_then(|place| self.exchanges[place].exchange.content.as_ref());
        content.is_some_and(|content| !content.is_abandoned())
    }

    fn find(&self, stream: StreamId) -> Result<usize, usize> {
        self.exchanges.binary_search_by_key(&stream, |on_stream| on_stream.stream)
    }

    fn exchange(&mut self, stream: StreamId) -> Option<&mut Exchange> {
        let place = self.find(stream).ok()?;
        Some(&mut self.exchanges[place].exchange)
    }

    fn begin_exchange(&mut self, stream: StreamId) -> &mut Exchange {
        self.has_news = true;
        &mut self.place(stream).exchange
    }

    /// The place of a stream, made if there is none.
    fn place(&mut self, stream: StreamId) -> &mut OnStream {
        let place = self.find(stream).unwrap_or_else(|place| {
            self.exchanges.insert(place, OnStream::new(stream));
            place
        });
        &mut self.exchanges[place]
    }
}

impl OnStream {
    fn new(stream: StreamId) -> Self {
        Self {
            stream,
            exchange: Box::default(),
            outgoing: Outgoing::None,
            unreleased: 0,
            waker: None,
        }
    }
}

impl Feed for Http2 {
    fn held(&mut self) -> &mut Held {
        &mut self.held
    }

    /// Who is woken by what came is heard when all has been fed.
    fn feed(&mut self, desk: &mut Desk, input: &[u8]) -> usize {
        self.attend();
        let used = self.feed_all(desk, input);
        self.leave_attention();
        used
    }

    fn feed_end(&mut self, desk: &mut Desk) {
        let event = self.machine.handle_eof(&desk.now);
        if let Some(event) = event {
            self.handle_event(desk, event);
        }
        while let Some((stream, gone)) = self.machine.poll_lost() {
            self.lose(desk, stream, gone);
        }
        self.machine.poll_output(&desk.now, &mut desk.out.bytes);
    }
}

impl Speak for Http2 {
    fn hold_input(&mut self, input: &[u8]) {
        if !matches!(self.machine.wants(), Wants::Close(_)) {
            self.held.hold(input);
        }
    }

    fn handle_wake(&mut self) {
        self.has_news = true;
    }

    fn handle_timeout(&mut self, desk: &mut Desk) {
        while self.deadline().is_some_and(|deadline| desk.now.instant >= deadline) {
            match self.machine.handle_timeout(&desk.now) {
                Some(event) => self.handle_event(desk, event),
                None => break,
            }
        }
        self.machine.poll_output(&desk.now, &mut desk.out.bytes);
    }

    fn handle_flushed(&mut self, desk: &mut Desk) {
        self.machine.handle_flushed(&desk.now);
    }

    fn handle_closed(&mut self, desk: &mut Desk, _: u64) {
        self.close_all(desk, Gone::Ended);
    }

    fn can_advance(&self, desk: &Desk) -> bool {
        let has_work = self.has_news
            || self.machine.has_words()
            || self.can_feed_held()
            || (!self.exchanges.is_empty() && self.machine.can_send());
        has_work && !desk.out.is_full()
    }

    fn advance(&mut self, desk: &mut Desk, cx: &mut TaskContext<'_>) {
        if self.has_news {
            self.handle_news(desk, cx);
        }
        self.machine.poll_output(&desk.now, &mut desk.out.bytes);
        self.send(desk);
        if self.can_feed_held() {
            self.feed_held(desk);
        }
    }

    fn wants(&self) -> Wants {
        match self.machine.wants() {
            Wants::Read if self.held.eof => Wants::Nothing,
            wants => wants,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.machine.poll_timeout()
    }

    fn limits(&self) -> &Limits {
        &self.context.limits
    }

    fn idle_since(&self) -> Option<Instant> {
        if self.held.octets.is_empty() { self.machine.idle_since() } else { None }
    }

    fn finish_soon(&mut self) {
        self.machine.finish_soon();
    }

    fn leave(&mut self) {
        self.machine.leave();
    }
}

/// What the log says of a request that the machine has refused to read.
fn fault_status(error: PeerError) -> Option<StatusCode> {
    match error {
        PeerError::TooManyStreams => Some(StatusCode::SERVICE_UNAVAILABLE),
        PeerError::WindowTimeout => None,
        _ => Some(StatusCode::BAD_REQUEST),
    }
}

fn body_error(gone: Gone) -> BodyError {
    match gone {
        Gone::Refused(gnezdo_core::Refusal::ContentTooLarge) => BodyError::TooLarge,
        Gone::Refused(gnezdo_core::Refusal::ContentTimeout) => BodyError::TimedOut,
        _ => BodyError::Truncated,
    }
}
