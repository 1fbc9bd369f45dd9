//! The blocking driver: a thread waits for one connection at a time.
//!
//! The simplest way to serve, and the easiest to follow in a debugger: wait with `poll(2)`,
//! read, answer, wait. `single` serves all clients with one thread, one after another;
//! `threads` gives each connection a thread of its own, up to a bound.
//!
//! Nothing here knows a protocol.

mod attendance;
mod bell;
mod doors;
mod wait;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use gnezdo_socket::Listener;

use self::attendance::Attendance;
use self::doors::Doors;
use crate::connection::Connection;
use crate::context::Desk;
use crate::driver::{ACCEPT_PAUSE, Shared};

/// The buffer into which a thread reads, in bytes.
const INPUT_BYTES: usize = 16 * 1024;

/// The stack of a thread that serves a connection, in bytes of address space.
const STACK_BYTES: usize = 1024 * 1024;

/// Serves all clients one after another in the calling thread.
///
/// # Errors
/// The kernel refused to wait.
pub(crate) fn run_single(shared: &Shared, listeners: Vec<Listener>) -> io::Result<()> {
    let mut desk = Desk::new(&shared.context, INPUT_BYTES);
    let crowd = Crowd::default();
    let mut doors = Doors::new(listeners, &crowd);
    while let Some(connection) = doors.accept(shared, &mut desk)? {
        Attendance::new(shared, &crowd, Some(&doors)).serve(*connection, &mut desk);
    }
    Ok(())
}

/// Gives each connection a thread of its own.
///
/// # Errors
/// The kernel refused to wait.
pub(crate) fn run_threads(shared: &Shared, listeners: Vec<Listener>) -> io::Result<()> {
    let mut desk = Desk::new(&shared.context, 0);
    let threads = Threads::default();
    let crowd = Arc::new(Crowd::default());
    let mut doors = Doors::new(listeners, &crowd);
    while let Some(connection) = doors.accept(shared, &mut desk)? {
        threads.spawn(shared, &crowd, *connection);
    }
    threads.wait_for_all();
    Ok(())
}

/// How a thread that accepts asks one of those whose connection rests to end it.
#[derive(Debug, Default)]
struct Crowd(AtomicBool);

impl Crowd {
    fn ask_one_to_leave(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// There is room: nobody has to leave any more.
    fn calm_down(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether the caller is the one to leave.
    fn must_leave(&self) -> bool {
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }
}

/// The threads that serve connections, counted so that the end can wait for them.
#[derive(Clone, Default)]
struct Threads(Arc<(Mutex<usize>, Condvar)>);

impl Threads {
    fn spawn(&self, shared: &Shared, crowd: &Arc<Crowd>, connection: Connection) {
        let place = Place::take(self);
        let (shared, crowd) = (shared.clone(), crowd.clone());
        let serve = move || {
            let _place = place;
            let mut desk = Desk::new(&shared.context, INPUT_BYTES);
            Attendance::new(&shared, &crowd, None).serve(connection, &mut desk);
        };
        let builder = std::thread::Builder::new().name("connection".into()).stack_size(STACK_BYTES);
        if builder.spawn(serve).is_err() {
            // No thread is to be had, and the client is gone with the closure: let others end.
            std::thread::sleep(ACCEPT_PAUSE);
        }
    }

    fn wait_for_all(&self) {
        let (count, changed) = &*self.0;
        let count = count.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_while(count, |count| *count > 0));
    }
}

/// One thread's place in the count, given back when it ends, however it ends.
struct Place(Threads);

impl Place {
    fn take(threads: &Threads) -> Self {
        *threads.0.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Self(threads.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (count, changed) = &*self.0.0;
        *count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        changed.notify_all();
    }
}
