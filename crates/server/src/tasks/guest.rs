//! One connection as a task: it waits for its socket, its handler, its deadline and the crowd,
//! all of which call the same waker.
//!
//! What a socket can do is taken as news, which the runtime forgets at once, before the turn
//! that acts on it: so what happens during the turn is news again. The connection remembers.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use tokio::io::{Interest, Ready};
use tokio::task::coop::has_budget_remaining;
use tokio::time::{Sleep, sleep_until};

use super::crowd::Place;
use super::desks::Desks;
use super::watched::{Watched, watch};
use crate::connection::{Connection, Fate, Readiness};
use crate::context::Desk;
use crate::driver::{Drain, PATIENCE, Shared};

/// How often a task acts on news before others have their turn.
const TURNS_MAX: usize = 4;

/// What all tasks of a driver share.
pub(super) struct House {
    pub(super) shared: Shared,
    pub(super) desks: Desks,
}

pub(super) struct Guest {
    socket: Watched<Connection>,
    /// Which directions of the socket are known to be closed: the runtime never forgets that.
    closed: Ready,
    place: Place,
    drain: Option<Drain>,
    alarm: Alarm,
}

/// When the task's timer goes off. A deadline that moves away, as an idle connection's does
/// with each request, leaves it alone: it goes off early, and is set anew.
#[derive(Clone, Copy)]
enum Alarm {
    Off,
    Set(Instant),
}

/// Whether a socket can do more than was known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    News,
    /// The next news will wake the task.
    Nothing,
}

impl Guest {
    /// # Errors
    /// The kernel has no room to watch it, and it is gone: as if it had not been accepted.
    pub(super) fn new(connection: Connection, place: Place) -> io::Result<Self> {
        let socket = watch(connection, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { socket, closed: Ready::EMPTY, place, drain: None, alarm: Alarm::Off })
    }

    /// Serves the connection to its end.
    #[expect(clippy::manual_async_fn, reason = "that keeps its arguments twice, in each task")]
    pub(super) fn serve(mut self, house: Arc<House>) -> impl Future<Output = ()> + Send {
        async move {
            // Before anything is looked at of which the crowd would tell.
            self.place.set_waker(poll_fn(|cx| Poll::Ready(cx.waker().clone())).await);
            let mut timer = pin!(sleep_until(Instant::now().into()));
            poll_fn(|cx| self.poll(&house, timer.as_mut(), cx)).await;
        }
    }

    fn poll(
        &mut self,
        house: &House,
        timer: Pin<&mut Sleep>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<()> {
        if matches!(self.alarm, Alarm::Set(_)) && timer.is_elapsed() {
            self.alarm = Alarm::Off;
        }
        match house.desks.with(|desk| self.turns(&house.shared, desk, cx)) {
            Fate::Close => return Poll::Ready(()),
            Fate::Again => cx.waker().wake_by_ref(),
            Fate::Wait => {
                self.place.note_rest(self.socket.get_ref().0.idle_since());
                self.set_alarm(timer, cx);
            }
        }
        Poll::Pending
    }

    /// Turns, until nothing is left to do and the task will be woken by news.
    fn turns(&mut self, shared: &Shared, desk: &mut Desk, cx: &mut TaskContext<'_>) -> Fate {
        self.connection().handle_wake();
        for count in 0..TURNS_MAX {
            match self.hear(cx) {
                Err(_) => return self.connection().close(desk),
                // The first turn is due anyway: somebody has called the waker.
                Ok(Heard::Nothing) if count > 0 => return Fate::Wait,
                Ok(_) => {}
            }
            match self.turn(shared, desk, cx) {
                Fate::Wait => {}
                fate => return fate,
            }
        }
        Fate::Again
    }

    /// Asks the runtime for news of the socket, as far as anybody waits for it.
    fn hear(&mut self, cx: &mut TaskContext<'_>) -> io::Result<Heard> {
        let interest = self.connection().interest();
        let mut ready = Ready::EMPTY;
        if interest.read
            && let Poll::Ready(news) = self.socket.poll_read_ready(cx)
        {
            let mut news = news?;
            ready |= news.ready();
            news.clear_ready();
        }
        // Who waits for nothing of the socket waits for the peer's leaving.
        if (interest.write || !interest.read)
            && let Poll::Ready(news) = self.socket.poll_write_ready(cx)
        {
            let mut news = news?;
            ready |= news.ready();
            news.clear_ready();
        }
        Ok(self.note(ready))
    }

    fn note(&mut self, ready: Ready) -> Heard {
        let news = ready - self.closed;
        self.closed |= ready & (Ready::READ_CLOSED | Ready::WRITE_CLOSED);
        if news.is_empty() {
            return Heard::Nothing;
        }
        self.connection().note_readiness(Readiness {
            readable: news.is_readable(),
            writable: news.is_writable(),
            ended: news.is_read_closed(),
            gone: news.is_write_closed(),
        });
        Heard::News
    }

    fn turn(&mut self, shared: &Shared, desk: &mut Desk, cx: &mut TaskContext<'_>) -> Fate {
        let now = desk.now.instant;
        let quiet = self.quiet(shared, now);
        let make_waker = || cx.waker().clone();
        let connection = self.connection();
        let fate = match (connection.handle_timeout(desk, &make_waker), quiet) {
            (Fate::Wait, None) => connection.turn(desk, &make_waker),
            (Fate::Wait, Some(quiet)) => connection.finish_soon(desk, &make_waker, quiet),
            (fate, _) => fate,
        };
        // Judged by what is left after the turn: a request may have waited to be read.
        if fate != Fate::Close && self.is_over(now) {
            return self.connection().close(desk);
        }
        fate
    }

    /// Follows the shutdown: a connection at rest since this moment is to be closed now.
    fn quiet(&mut self, shared: &Shared, now: Instant) -> Option<Instant> {
        if let Some(drain) = &mut self.drain {
            return drain.take_grace_end(now).then_some(now);
        }
        let begun_at = shared.shutdown.begun_at()?;
        let drain = Drain::begin(now, begun_at, shared.shutdown_timeout);
        self.drain = Some(drain);
        Some(drain.quiet)
    }

    fn is_over(&self, now: Instant) -> bool {
        let rests = || self.socket.get_ref().0.idle_since().is_some_and(|s| now >= s + PATIENCE);
        self.drain.is_some_and(|drain| drain.is_over(now)) || (self.place.is_asked() && rests())
    }

    /// Has the task woken when something is due.
    fn set_alarm(&mut self, mut timer: Pin<&mut Sleep>, cx: &mut TaskContext<'_>) {
        let drain = self.drain.and_then(|drain| drain.next());
        let Some(due) = self.connection().deadline().into_iter().chain(drain).min() else {
            return;
        };
        match self.alarm {
            Alarm::Set(at) if at <= due => return,
            // The runtime would not look at the timer now.
            _ if !has_budget_remaining() => return cx.waker().wake_by_ref(),
            _ => {}
        }
        timer.as_mut().reset(due.into());
        match timer.poll(cx) {
            Poll::Pending => self.alarm = Alarm::Set(due),
            Poll::Ready(()) => cx.waker().wake_by_ref(),
        }
    }

    fn connection(&mut self) -> &mut Connection {
        &mut self.socket.get_mut().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result_bytes<A, B, R>(_: impl Fn(A, B) -> R) -> usize {
        size_of::<R>()
    }

    /// Ten thousand of them are at rest at once.
    #[test]
    fn a_task_keeps_a_guest_and_a_timer_once() {
        let parts = size_of::<Guest>() + size_of::<Sleep>();
        let task = result_bytes(Guest::serve);
        assert!(task <= parts + 64, "{task} bytes for parts of {parts}");
    }
}
