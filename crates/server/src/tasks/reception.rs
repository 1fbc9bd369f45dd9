//! Accepts clients, gives each a task, and sees all of them through the shutdown.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use gnezdo_socket::Listener;
use tokio::io::Interest;
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep_until;

use super::crowd::Crowd;
use super::desks::Desks;
use super::guest::{Guest, House};
use super::watched::{Watched, watch};
use crate::connection::Connection;
use crate::context::Desk;
use crate::driver::{ACCEPT_PAUSE, Accepted, Shared};
use crate::shutdown::Shutdown;

/// How many clients are accepted before the tasks of the runtime have their turn.
const ACCEPTED_MAX: usize = 64;

/// What tasks are given beyond the end of the shutdown, at which they end by themselves unless
/// a handler does not return.
const END_GRACE: Duration = Duration::from_millis(500);

pub(super) struct Reception {
    house: Arc<House>,
    doors: Vec<Watched<Listener>>,
    end: Watched<Shutdown>,
    crowd: Arc<Crowd>,
    guests: JoinSet<()>,
    /// For the time; nobody reads or writes here.
    desk: Desk,
}

/// Whether clients may be waiting at the doors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Accepting {
    /// The next client comes with news.
    WhenTold,
    /// Some may be left from the last time.
    Soon,
    /// There is no room.
    Paused,
}

impl Reception {
    pub(super) fn new(shared: Shared, listeners: Vec<Listener>) -> io::Result<Self> {
        let door = |listener| watch(listener, Interest::READABLE);
        let doors = listeners.into_iter().map(door).collect::<io::Result<_>>()?;
        let end = watch(shared.shutdown.clone(), Interest::READABLE)?;
        let desk = Desk::new(&shared.context, 0);
        let crowd = Crowd::new(desk.now.instant);
        let house = Arc::new(House { desks: Desks::new(shared.context.clone()), shared });
        Ok(Self { house, doors, end, crowd, guests: JoinSet::new(), desk })
    }

    pub(super) async fn run(mut self) -> io::Result<()> {
        while !self.house.shared.shutdown.has_begun() {
            match self.accept_waiting() {
                Accepting::WhenTold => self.wait_for_clients().await?,
                Accepting::Soon => yield_now().await,
                Accepting::Paused => self.wait_for_room().await?,
            }
        }
        self.empty_queues().await;
        self.crowd.wake_all();
        self.wait_for_all().await;
        Ok(())
    }

    fn accept_waiting(&mut self) -> Accepting {
        self.desk.now.advance();
        let mut accepting = Accepting::WhenTold;
        for index in 0..self.doors.len() {
            match self.accept_from(index) {
                Accepting::WhenTold => {}
                Accepting::Soon => accepting = Accepting::Soon,
                Accepting::Paused => return Accepting::Paused,
            }
        }
        accepting
    }

    fn accept_from(&mut self, index: usize) -> Accepting {
        for _ in 0..ACCEPTED_MAX {
            if !self.house.shared.admission.has_room() {
                return self.pause();
            }
            let is_received = match self.accept(index) {
                Accepted::Connection(connection) => self.receive(*connection).is_ok(),
                Accepted::Nobody => true,
                Accepted::Empty => return Accepting::WhenTold,
                Accepted::Exhausted => false,
            };
            if !is_received {
                return self.pause();
            }
        }
        Accepting::Soon
    }

    fn accept(&self, index: usize) -> Accepted {
        self.house.shared.accept(&self.desk, &self.doors[index].get_ref().0)
    }

    fn receive(&mut self, connection: Connection) -> io::Result<()> {
        let guest = Guest::new(connection, self.crowd.enter())?;
        self.guests.spawn(guest.serve(self.house.clone()));
        Ok(())
    }

    fn pause(&self) -> Accepting {
        self.crowd.ask_one(self.desk.now.instant);
        Accepting::Paused
    }

    async fn wait_for_clients(&mut self) -> io::Result<()> {
        poll_fn(|cx| {
            self.forget_who_left(cx);
            let mut is_over = self.has_ended(cx)?;
            // All of them: each has to know the waker.
            for door in &self.doors {
                is_over |= has_visitor(door, cx)?;
            }
            if is_over { Poll::Ready(Ok(())) } else { Poll::Pending }
        })
        .await
    }

    /// Waits until somebody has left, but not for long.
    async fn wait_for_room(&mut self) -> io::Result<()> {
        let mut pause = pin!(sleep_until((self.desk.now.instant + ACCEPT_PAUSE).into()));
        poll_fn(|cx| {
            let has_left = self.forget_who_left(cx);
            if has_left || self.has_ended(cx)? {
                return Poll::Ready(Ok(()));
            }
            pause.as_mut().poll(cx).map(Ok)
        })
        .await
    }

    /// Who has connected before the end is served: accepts all who wait, then closes the doors.
    async fn empty_queues(&mut self) {
        while self.accept_waiting() == Accepting::Soon
            && !self.house.shared.is_past_end(self.desk.now.instant)
        {
            yield_now().await;
        }
        self.doors.clear();
    }

    async fn wait_for_all(&mut self) {
        let shared = &self.house.shared;
        let begun_at = shared.shutdown.begun_at().unwrap_or(self.desk.now.instant);
        let end = begun_at.checked_add(shared.shutdown_timeout.saturating_add(END_GRACE));
        let mut end = pin!(end.map(|end| sleep_until(end.into())));
        poll_fn(|cx| {
            self.forget_who_left(cx);
            if self.guests.is_empty() {
                return Poll::Ready(());
            }
            end.as_mut().as_pin_mut().map_or(Poll::Pending, |end| end.poll(cx))
        })
        .await;
    }

    /// Lets go of the tasks that have ended. Whether there were any.
    fn forget_who_left(&mut self, cx: &mut TaskContext<'_>) -> bool {
        let before = self.guests.len();
        // One that panicked has taken its own connection along, and nothing else.
        while let Poll::Ready(Some(_)) = self.guests.poll_join_next(cx) {}
        self.guests.len() < before
    }

    /// Whether the shutdown has begun.
    fn has_ended(&self, cx: &mut TaskContext<'_>) -> io::Result<bool> {
        match self.end.poll_read_ready(cx) {
            Poll::Pending => Ok(false),
            // Never forgotten: it stays so.
            Poll::Ready(news) => news.map(|_| true),
        }
    }
}

/// Whether clients have come since this was last asked.
fn has_visitor(door: &Watched<Listener>, cx: &mut TaskContext<'_>) -> io::Result<bool> {
    match door.poll_read_ready(cx) {
        Poll::Pending => Ok(false),
        Poll::Ready(news) => {
            news?.clear_ready();
            Ok(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::encryption::Encryption;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use gnezdo_core::{Body, Reply, Request, Response, Service};
    use tokio::runtime::Runtime;

    use super::*;
    use crate::background::Background;
    use crate::settings::Settings;
    use crate::startup::share;

    struct Greeter;

    impl Service for Greeter {
        fn call(&self, _: Request) -> Reply {
            Reply::Now(Response::new(Body::from("Hello")))
        }
    }

    fn ask(address: std::net::SocketAddr) -> String {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn a_task_that_panics_takes_nobody_along() {
        let shutdown = Shutdown::new().unwrap();
        let settings = Settings::default();
        let (plain, background) = (Encryption::default(), Background::default());
        let service = Box::new(Greeter);
        let shared = share(&settings, &plain, 10, service, None, shutdown.clone(), background);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = Runtime::new().unwrap();
        let _entered = runtime.enter();
        let mut reception = Reception::new(shared, vec![Listener::new(listener).unwrap()]).unwrap();
        reception.guests.spawn(async { panic!("asked for") });
        let running = runtime.spawn(reception.run());
        for _ in 0..3 {
            assert!(ask(address).ends_with("Hello"));
        }
        shutdown.begin();
        runtime.block_on(running).unwrap().unwrap();
    }
}
