//! The floor: one epoll loop, one `recv` and one `send` for each request.
//!
//! Edge-triggered: a connection is registered once, and a receive that does not fill the
//! buffer proves the socket drained (epoll(7), question 9), so the loop spends exactly two
//! calls on a request and one wait on each batch of them.
#![forbid(unsafe_code)]

use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};

use floor::{Answers, Floor, HeadEnds};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, SocketFlags, accept_with, recv, send};

const EVENTS_MAX: usize = 1024;
const RECEIVE_BYTES: usize = 16 * 1024;

fn main() {
    if let Err(error) = Floor::from_args().and_then(|floor| Loop::new(floor)?.run()) {
        eprintln!("floor-epoll: {error}");
        std::process::exit(1);
    }
}

/// The listener and its connections, each at the place of its file descriptor's number.
struct Loop {
    epoll: OwnedFd,
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
    answers: Answers,
    received: Vec<u8>,
}

struct Connection {
    socket: OwnedFd,
    ends: HeadEnds,
    owed_bytes: usize,
}

/// How a connection stands after its turn.
enum Turn {
    Waits,
    Over,
}

impl Loop {
    fn new(floor: Floor) -> Result<Self, String> {
        let Floor { listener, answers } = floor;
        listener.set_nonblocking(true).map_err(|error| error.to_string())?;
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(|error| error.to_string())?;
        epoll::add(&epoll, &listener, data(&listener), EventFlags::IN)
            .map_err(|error| error.to_string())?;
        let received = vec![0; RECEIVE_BYTES];
        Ok(Self { epoll, listener, connections: Vec::new(), answers, received })
    }

    fn run(mut self) -> Result<(), String> {
        let listener = data(&self.listener).u64();
        let mut events = Vec::<Event>::with_capacity(EVENTS_MAX);
        loop {
            events.clear();
            match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(format!("epoll_wait: {error}")),
            }
            for event in &events {
                match event.data.u64() {
                    source if source == listener => self.accept(),
                    source => self.serve(source as usize, event.flags),
                }
            }
        }
    }

    fn accept(&mut self) {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        while let Ok(socket) = accept_with(&self.listener, flags) {
            let interest = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
            if epoll::add(&self.epoll, &socket, data(&socket), interest).is_err() {
                continue;
            }
            let index = socket.as_raw_fd() as usize;
            if self.connections.len() <= index {
                self.connections.resize_with(index + 1, || None);
            }
            let connection = Connection { socket, ends: HeadEnds::default(), owed_bytes: 0 };
            self.connections[index] = Some(connection);
        }
    }

    fn serve(&mut self, index: usize, flags: EventFlags) {
        let Some(connection) = &mut self.connections[index] else { return };
        if let Turn::Over = connection.turn(flags, &self.answers, &mut self.received) {
            self.connections[index] = None;
        }
    }
}

impl Connection {
    fn turn(&mut self, flags: EventFlags, answers: &Answers, received: &mut [u8]) -> Turn {
        // After the last edge the end of the stream would not be told again.
        let ending = flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        loop {
            // A client that does not read its answers is not listened to either.
            match self.flush(answers) {
                Ok(()) => {}
                Err(Errno::AGAIN) => return Turn::Waits,
                Err(_) => return Turn::Over,
            }
            let length = match recv(&self.socket, &mut *received, RecvFlags::empty()) {
                Ok((0, _)) => return Turn::Over,
                Ok((length, _)) => length,
                Err(Errno::AGAIN) => return Turn::Waits,
                Err(_) => return Turn::Over,
            };
            self.owed_bytes += self.ends.count(&received[..length]) * answers.length();
            if length < received.len() && !ending {
                return match self.flush(answers) {
                    Ok(()) | Err(Errno::AGAIN) => Turn::Waits,
                    Err(_) => Turn::Over,
                };
            }
        }
    }

    fn flush(&mut self, answers: &Answers) -> Result<(), Errno> {
        while self.owed_bytes > 0 {
            let octets = answers.next(self.owed_bytes);
            self.owed_bytes -= send(&self.socket, octets, SendFlags::NOSIGNAL)?;
        }
        Ok(())
    }
}

fn data(socket: &impl AsRawFd) -> EventData {
    EventData::new_u64(socket.as_raw_fd() as u64)
}
