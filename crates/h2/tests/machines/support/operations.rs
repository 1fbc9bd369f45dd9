//! A client and a server that do anything that an application can ask of them, in any order, and
//! a referee for each.

use std::collections::BTreeMap;
use std::sync::Arc;

use gnezdo_core::{Http2Limits, Limits, Machine, Now};
use gnezdo_h2::{Client, Connection, Content, ErrorCode, Event, Response, Role, Server, StreamId};

use super::pattern;
use super::referee::Referee;

/// What happens next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    /// So many octets arrive at the server, or at the client.
    Carry(Side, usize),
    /// Another request, with content of so many octets.
    Ask(usize),
    /// As much content as is granted, once.
    Send(Side),
    /// So many octets of content have been read, on some stream.
    Release(Side, u8, usize),
    /// A stream is broken off.
    Reset(Side, u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Operation {
    /// Any four octets are an operation.
    pub(crate) fn read([kind, a, b, c]: [u8; 4]) -> Self {
        let side = if a & 1 == 0 { Side::Client } else { Side::Server };
        let amount = usize::from(b) << (c % 8);
        match kind % 16 {
            0..=5 => Self::Carry(side, amount),
            6..=8 => Self::Ask(amount),
            9..=12 => Self::Send(side),
            13 | 14 => Self::Release(side, a >> 1, amount),
            _ => Self::Reset(side, a >> 1),
        }
    }
}

/// What one side knows of a stream.
#[derive(Debug, Default)]
struct Flow {
    /// What it has sent, of how much.
    sent: usize,
    to_send: Option<usize>,
    got: usize,
    unreleased: usize,
    is_ended: bool,
    is_gone: bool,
}

struct End<R: Role> {
    machine: Connection<R>,
    flows: BTreeMap<StreamId, Flow>,
    referee: Referee,
    /// What has been said and has not arrived.
    out: Vec<u8>,
    said: usize,
    is_server: bool,
}

impl<R: Role> End<R> {
    fn new(machine: Connection<R>, is_server: bool) -> Self {
        let (flows, referee) = (BTreeMap::new(), Referee::new());
        Self { machine, flows, referee, out: Vec::new(), said: 0, is_server }
    }

    fn hear(&mut self, now: &Now, octets: &[u8], unread: &mut Vec<u8>, on_head: OnHead<R>) {
        self.referee.hear(octets);
        unread.extend_from_slice(octets);
        let mut at = 0;
        loop {
            let step = self.machine.handle_input(now, &unread[at..]);
            at += step.used;
            let is_nothing = step.used == 0 && step.event.is_none();
            match step.event {
                Some(Event::Head(id, head)) => on_head(self, now, id, &head),
                Some(Event::Data(id, piece)) => {
                    let flow = self.flows.get_mut(&id).expect("content on a stream we know");
                    assert!(!flow.is_ended && !flow.is_gone, "content after the end of {id}");
                    assert_eq!(piece, pattern(flow.got, piece.len()), "{id}");
                    flow.got += piece.len();
                    flow.unreleased += piece.len();
                }
                Some(Event::End(id, _)) => self.flows.get_mut(&id).expect("ours").is_ended = true,
                Some(Event::Gone(id, _)) => self.lose(id),
                Some(Event::Refused(error)) => panic!("refused for {error:?}"),
                None => {}
            }
            if is_nothing {
                break;
            }
        }
        unread.drain(..at);
    }

    fn lose(&mut self, id: StreamId) {
        let flow = self.flows.entry(id).or_default();
        flow.is_gone = true;
        flow.to_send = None;
    }

    fn send(&mut self, now: &Now) -> bool {
        let Some(grant) = self.machine.poll_send() else {
            return false;
        };
        let flow = self.flows.get_mut(&grant.stream).expect("a grant for a stream we know");
        let length = flow.to_send.expect("content to send");
        let size = grant.bytes_max.min(length - flow.sent);
        let piece = pattern(flow.sent, size);
        flow.sent += size;
        if flow.sent == length {
            flow.to_send = None;
            // The rest of a request whose answer is complete is not wanted.
            flow.is_gone |= self.is_server && !flow.is_ended;
            self.machine.send_last(now, grant.stream, &piece, &mut self.out);
        } else {
            self.machine.send_data(now, grant.stream, &piece, &mut self.out);
        }
        true
    }

    fn pick(&self, which: u8) -> Option<StreamId> {
        let count = self.flows.len();
        self.flows.keys().nth(usize::from(which) % count.max(1)).copied()
    }

    fn release(&mut self, which: u8, bytes: usize) {
        if let Some(id) = self.pick(which)
            && let Some(flow) = self.flows.get_mut(&id)
        {
            let bytes = bytes.min(flow.unreleased);
            flow.unreleased -= bytes;
            self.machine.release(id, bytes);
        }
    }

    fn release_all(&mut self) {
        for (id, flow) in &mut self.flows {
            let bytes = std::mem::take(&mut flow.unreleased);
            self.machine.release(*id, bytes);
        }
    }

    fn reset(&mut self, now: &Now, which: u8) {
        if let Some(id) = self.pick(which) {
            self.machine.reset(now, id, ErrorCode::CANCEL);
            self.lose(id);
        }
    }

    /// Tells the referee of what was said since the last time.
    fn speak(&mut self, now: &Now) {
        self.machine.poll_output(now, &mut self.out);
        self.referee.say(&self.out[self.said..]);
        self.said = self.out.len();
    }

    fn take(&mut self, octets: usize) -> Vec<u8> {
        let octets = octets.min(self.out.len());
        self.said -= octets;
        self.out.drain(..octets).collect()
    }
}

type OnHead<R> = fn(&mut End<R>, &Now, StreamId, &<R as Role>::Head);

fn serve(
    end: &mut End<gnezdo_h2::ServerRole>,
    now: &Now,
    id: StreamId,
    request: &gnezdo_h2::Request,
) {
    let flow = end.flows.entry(id).or_default();
    flow.is_ended = request.content() == Content::None;
    let target = std::str::from_utf8(request.target()).expect("a path");
    let length = target[1..].parse().expect("a length");
    let (head, ()) = http::Response::new(()).into_parts();
    end.machine.send_response(now, id, &head, None, &mut end.out);
    flow.to_send = Some(length);
    end.machine.set_ready(now, id, true);
}

fn note(end: &mut End<gnezdo_h2::ClientRole>, _: &Now, id: StreamId, head: &Response) {
    let flow = end.flows.get_mut(&id).expect("a stream of ours");
    flow.is_ended = matches!(head, Response::Final { content: Content::None, .. });
}

fn ask(client: &mut End<gnezdo_h2::ClientRole>, now: &Now, length: usize) -> Option<StreamId> {
    let mut head = http::Request::new(());
    *head.uri_mut() = format!("http://x/{length}").parse().expect("a target");
    *head.method_mut() = http::Method::POST;
    let head = head.into_parts().0;
    let content =
        if length.is_multiple_of(3) { Content::None } else { Content::Length(length as u64) };
    let id = client.machine.send_request(now, &head, content, &mut client.out)?;
    let flow = client.flows.entry(id).or_default();
    if content != Content::None {
        flow.to_send = Some(length);
        client.machine.set_ready(now, id, true);
    }
    Some(id)
}

fn limits(windows: [u8; 2]) -> Arc<Limits> {
    let http2 = Http2Limits {
        // Smaller ones only take more turns.
        stream_window_bytes: 64 << (windows[0] % 13),
        connection_window_bytes: 1 << (windows[1] % 19),
        resets_max: u32::MAX,
        empty_frames_max: u32::MAX,
        overhead_bytes_max: u64::MAX / 2,
        streams_max: 20,
        ..Http2Limits::default()
    };
    Arc::new(Limits { http2, ..Limits::default() })
}

/// Two ends, and what is on its way to each and was not used.
struct Game {
    now: Now,
    client: End<gnezdo_h2::ClientRole>,
    server: End<gnezdo_h2::ServerRole>,
    up: Vec<u8>,
    down: Vec<u8>,
}

impl Game {
    fn carry(&mut self, to: Side, octets: usize) {
        self.speak();
        match to {
            Side::Server => {
                let octets = self.client.take(octets);
                self.server.hear(&self.now, &octets, &mut self.up, serve);
            }
            Side::Client => {
                let octets = self.server.take(octets);
                self.client.hear(&self.now, &octets, &mut self.down, note);
            }
        }
    }

    fn speak(&mut self) {
        self.client.speak(&self.now);
        self.server.speak(&self.now);
    }

    /// Everything that can happen does, until nothing can.
    fn settle(&mut self) {
        for _ in 0..20_000 {
            self.speak();
            let is_quiet = self.client.out.is_empty() && self.server.out.is_empty();
            self.carry(Side::Server, usize::MAX);
            self.carry(Side::Client, usize::MAX);
            self.client.release_all();
            self.server.release_all();
            let sent = self.client.send(&self.now) | self.server.send(&self.now);
            self.speak();
            if is_quiet && !sent && self.client.out.is_empty() && self.server.out.is_empty() {
                return;
            }
        }
        panic!("it does not end");
    }

    fn play(&mut self, operation: Operation) {
        match operation {
            Operation::Carry(to, octets) => self.carry(to, octets),
            Operation::Ask(length) => drop(ask(&mut self.client, &self.now, length)),
            Operation::Send(Side::Client) => drop(self.client.send(&self.now)),
            Operation::Send(Side::Server) => drop(self.server.send(&self.now)),
            Operation::Release(Side::Client, which, bytes) => self.client.release(which, bytes),
            Operation::Release(Side::Server, which, bytes) => self.server.release(which, bytes),
            Operation::Reset(Side::Client, which) => self.client.reset(&self.now, which),
            Operation::Reset(Side::Server, which) => self.server.reset(&self.now, which),
        }
        self.speak();
    }

    /// All that was not broken off has arrived.
    fn judge(&self) {
        for (id, flow) in &self.client.flows {
            let Some(other) = self.server.flows.get(id) else {
                assert!(flow.is_gone, "{id} was never heard of");
                continue;
            };
            if flow.is_gone || other.is_gone {
                continue;
            }
            assert!(flow.is_ended && other.is_ended, "{id}: {flow:?} {other:?}");
            assert_eq!((flow.sent, other.sent), (other.got, flow.got), "{id}");
        }
        assert!(self.client.machine.is_idle(), "the client has streams left");
        assert!(self.server.machine.is_idle(), "the server has streams left");
    }

    /// All room has been given back, or is kept back to be given in one piece.
    fn judge_windows(&self, full: i64) {
        assert_eq!(outstanding(&self.client.machine), 0, "the window down leaks");
        assert_eq!(outstanding(&self.server.machine), 0, "the window up leaks");
        for referee in [&self.client.referee, &self.server.referee] {
            assert!(full - referee.connection < (full + 1) / 2, "{}", referee.connection);
        }
    }
}

/// What a connection without streams holds to be the peer's and not given back. Nobody else asks,
/// so the machine tells it only to those who debug.
fn outstanding<R: Role>(machine: &Connection<R>) -> i64 {
    let told = format!("{machine:?}");
    let number = |name: &str| -> i64 {
        let window = told.split_once("receive_window: ReceiveWindow {").expect("a window").1;
        let digits = window.split_once(name).expect("a number").1;
        let end = digits.find(|c: char| !c.is_ascii_digit()).expect("an end");
        digits[..end].parse().expect("a number")
    };
    number("full: ") - number("left: ") - number("released: ")
}

/// Plays a game to its end.
///
/// # Panics
/// If a rule is broken.
pub(crate) fn play(windows: [u8; 2], operations: &[Operation]) {
    let limits = limits(windows);
    let full = i64::from(limits.http2.connection_window_bytes.max(65_535));
    let now = Now::read();
    let client = End::new(Client::new(&now, limits.clone()), false);
    let server = End::new(Server::new(&now, limits), true);
    let mut game = Game { now, client, server, up: Vec::new(), down: Vec::new() };
    for operation in operations {
        game.play(*operation);
    }
    game.settle();
    game.judge();
    game.judge_windows(full);
}
