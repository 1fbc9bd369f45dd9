//! The listeners, waited for with `poll(2)`.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use gnezdo_socket::Listener;
use rustix::event::{PollFd, PollFlags};

use super::crowd::Crowd;
use super::wait::wait;
use crate::connection::Connection;
use crate::context::Desk;
use crate::driver::{ACCEPT_PAUSE, Accepted, Shared};

pub(super) struct Doors<'c> {
    listeners: Vec<Listener>,
    /// Those who had connected when the listeners were closed.
    last: VecDeque<Box<Connection>>,
    crowd: &'c Crowd,
}

impl<'c> Doors<'c> {
    pub(super) fn new(listeners: Vec<Listener>, crowd: &'c Crowd) -> Self {
        Self { listeners, last: VecDeque::new(), crowd }
    }

    /// Waits for a client. After a shutdown has begun, closes the listeners, gives those who
    /// had connected before, as long as there is time for them, and then `None`.
    pub(super) fn accept(
        &mut self,
        shared: &Shared,
        desk: &mut Desk,
    ) -> io::Result<Option<Box<Connection>>> {
        loop {
            desk.now.advance();
            if shared.shutdown.has_begun() {
                self.close(shared, desk);
                let is_late = shared.is_past_end(desk.now.instant);
                return Ok(if is_late { None } else { self.last.pop_front() });
            }
            if !shared.admission.has_room() {
                self.rest();
            } else if let Some(connection) = self.try_accept(shared, desk) {
                return Ok(Some(connection));
            } else {
                desk.close_turn();
                let mut fds = self.poll_fds();
                fds.push(PollFd::new(&shared.shutdown, PollFlags::IN));
                wait(&mut fds, None)?;
            }
        }
    }

    /// Empties the queues, then closes the listeners: who comes now is refused by the kernel.
    fn close(&mut self, shared: &Shared, desk: &Desk) {
        while let Some(connection) = self.try_accept(shared, desk) {
            self.last.push_back(connection);
        }
        self.listeners.clear();
    }

    /// Whether a client waits.
    pub(super) fn has_visitor(&self) -> bool {
        if !self.last.is_empty() {
            return true;
        }
        let mut fds = self.poll_fds();
        let waited = wait(&mut fds, Some(Duration::ZERO));
        waited.is_ok() && fds.iter().any(|fd| fd.revents().contains(PollFlags::IN))
    }

    pub(super) fn poll_fds(&self) -> Vec<PollFd<'_>> {
        self.listeners.iter().map(|listener| PollFd::new(listener, PollFlags::IN)).collect()
    }

    fn try_accept(&self, shared: &Shared, desk: &Desk) -> Option<Box<Connection>> {
        for listener in &self.listeners {
            loop {
                match shared.accept(desk, listener) {
                    Accepted::Connection(connection) => {
                        self.crowd.calm_down();
                        return Some(connection);
                    }
                    Accepted::Nobody => {}
                    Accepted::Empty => break,
                    Accepted::Exhausted => {
                        self.rest();
                        break;
                    }
                }
            }
        }
        None
    }

    /// Nothing can be accepted: somebody has to make room first.
    fn rest(&self) {
        self.crowd.wait_for_one(ACCEPT_PAUSE);
    }
}
