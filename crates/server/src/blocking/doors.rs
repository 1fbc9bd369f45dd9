//! The listeners, waited for with `poll(2)`.

use std::io;
use std::time::Duration;

use gnezdo_socket::Listener;
use rustix::event::{PollFd, PollFlags};

use super::Crowd;
use super::wait::wait;
use crate::connection::Connection;
use crate::context::Desk;
use crate::driver::{ACCEPT_PAUSE, Accepted, Shared};

pub(super) struct Doors<'c> {
    listeners: Vec<Listener>,
    crowd: &'c Crowd,
}

impl<'c> Doors<'c> {
    pub(super) fn new(listeners: Vec<Listener>, crowd: &'c Crowd) -> Self {
        Self { listeners, crowd }
    }

    /// Waits for a client. After a shutdown has begun, gives those who had connected before, as
    /// long as there is time for them, then closes the listeners and gives `None`.
    pub(super) fn accept(
        &mut self,
        shared: &Shared,
        desk: &mut Desk,
    ) -> io::Result<Option<Box<Connection>>> {
        loop {
            desk.now.advance();
            let ends = shared.shutdown.has_begun();
            if shared.is_past_end(desk.now.instant) {
                return Ok(self.close());
            } else if !shared.admission.has_room() {
                self.rest(shared);
            } else if let Some(connection) = self.try_accept(shared, desk) {
                return Ok(Some(connection));
            } else if ends {
                return Ok(self.close());
            } else {
                desk.close_turn();
                let mut fds = self.poll_fds();
                fds.push(PollFd::new(&shared.shutdown, PollFlags::IN));
                wait(&mut fds, None)?;
            }
        }
    }

    fn close<T>(&mut self) -> Option<T> {
        self.listeners.clear();
        None
    }

    /// Whether a client waits.
    pub(super) fn has_visitor(&self) -> bool {
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
                        self.rest(shared);
                        break;
                    }
                }
            }
        }
        None
    }

    /// Nothing can be accepted: somebody has to make room first.
    fn rest(&self, shared: &Shared) {
        self.crowd.ask_one_to_leave();
        let is_hurried = shared.shutdown.has_begun();
        std::thread::sleep(if is_hurried { ACCEPT_PAUSE / 10 } else { ACCEPT_PAUSE });
    }
}
