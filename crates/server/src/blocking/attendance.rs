//! A thread and the one connection that it serves.
//!
//! A client that keeps its connection open without a request can keep others out: all others,
//! where one thread serves everybody. So a connection at rest gives way when somebody else
//! knocks, after a moment of patience.

use std::cell::OnceCell;
use std::io;
use std::task::Waker;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::bell::Bell;
use super::crowd::Crowd;
use super::doors::Doors;
use super::wait::{flags, readiness, wait};
use crate::connection::{Connection, Fate};
use crate::context::Desk;
use crate::driver::{Drain, PATIENCE, Shared};

/// How often a connection at rest looks whether others wait for its place.
const CROWD_CHECK: Duration = Duration::from_secs(1);

/// How often a handler is asked when there was no descriptor for a bell.
const DEAF_CHECK: Duration = Duration::from_millis(50);

pub(super) struct Attendance<'s> {
    shared: &'s Shared,
    crowd: &'s Crowd,
    /// Where those knock whom only this thread can serve.
    doors: Option<&'s Doors<'s>>,
    drain: Option<Drain>,
    /// Made when a handler first has to wait; empty if no descriptor was left.
    bell: OnceCell<Option<Bell>>,
}

impl<'s> Attendance<'s> {
    pub(super) fn new(shared: &'s Shared, crowd: &'s Crowd, doors: Option<&'s Doors<'s>>) -> Self {
        Self { shared, crowd, doors, drain: None, bell: OnceCell::new() }
    }

    /// Serves the connection to its end.
    pub(super) fn serve(&mut self, mut connection: Connection, desk: &mut Desk) {
        loop {
            desk.now.advance();
            let fate = self.turn(&mut connection, desk);
            if fate == Fate::Close {
                return;
            }
            // Judged by what is left after the turn: a request may have waited to be read.
            let now = desk.now.instant;
            if self.is_over(&connection, now) {
                connection.close(desk);
                return;
            }
            if fate == Fate::Wait {
                desk.close_turn();
                if self.wait(&mut connection, now).is_err() {
                    connection.close(desk);
                    return;
                }
            }
        }
    }

    fn is_over(&self, connection: &Connection, now: Instant) -> bool {
        if self.drain.is_some_and(|drain| drain.is_over(now)) {
            return true;
        }
        let is_patient = connection.idle_since().is_none_or(|since| now < since + PATIENCE);
        !is_patient && (self.crowd.must_leave() || self.doors.is_some_and(Doors::has_visitor))
    }

    fn turn(&mut self, connection: &mut Connection, desk: &mut Desk) -> Fate {
        let quiet = self.quiet(desk.now.instant);
        let make_waker = || self.waker();
        match connection.handle_timeout(desk, &make_waker) {
            Fate::Wait => {}
            fate => return fate,
        }
        match quiet {
            None => connection.turn(desk, &make_waker),
            Some(quiet) => connection.finish_soon(desk, &make_waker, quiet),
        }
    }

    /// Follows the shutdown: a connection at rest since this moment is to be closed now.
    fn quiet(&mut self, now: Instant) -> Option<Instant> {
        if let Some(drain) = &mut self.drain {
            return drain.take_grace_end(now).then_some(now);
        }
        let begun_at = self.shared.shutdown.begun_at()?;
        let drain = Drain::begin(now, begun_at, self.shared.shutdown_timeout);
        self.drain = Some(drain);
        Some(drain.quiet)
    }

    fn waker(&self) -> Waker {
        let bell = self.bell.get_or_init(|| Bell::new().ok());
        bell.as_ref().map_or_else(|| Waker::noop().clone(), Bell::waker)
    }

    /// Waits for the socket, a handler, other clients, the shutdown, or a deadline.
    fn wait(&self, connection: &mut Connection, now: Instant) -> io::Result<()> {
        let bell = self.bell.get().and_then(Option::as_ref);
        let mut fds = vec![PollFd::new(connection, flags(connection.interest()))];
        fds.extend(bell.map(|bell| PollFd::new(bell, PollFlags::IN)));
        if self.drain.is_none() {
            fds.push(PollFd::new(&self.shared.shutdown, PollFlags::IN));
        }
        let gives_way = connection.idle_since().is_some_and(|since| now >= since + PATIENCE);
        if let Some(doors) = self.doors.filter(|_| gives_way) {
            fds.extend(doors.poll_fds());
        }
        wait(&mut fds, self.timeout(connection, now))?;
        let news = readiness(fds[0].revents());
        drop(fds);
        connection.note_readiness(news);
        if let Some(bell) = bell {
            bell.hush();
        }
        connection.handle_wake();
        Ok(())
    }

    fn timeout(&self, connection: &Connection, now: Instant) -> Option<Duration> {
        let until = |moment: Instant| moment.saturating_duration_since(now);
        let rest = connection.idle_since().map(|since| {
            let patience = until(since + PATIENCE);
            if patience.is_zero() { CROWD_CHECK } else { patience }
        });
        let deaf = matches!(self.bell.get(), Some(None)).then_some(DEAF_CHECK);
        let drain = self.drain.and_then(|drain| drain.next()).map(until);
        let deadline = connection.deadline().map(until);
        [rest, deaf, drain, deadline].into_iter().flatten().min()
    }
}
