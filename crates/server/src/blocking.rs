//! The blocking driver: a thread waits for one connection at a time.
//!
//! The simplest way to serve, and the easiest to follow in a debugger: wait with `poll(2)`,
//! read, answer, wait. `single` serves all clients with one thread, one after another;
//! `threads` gives each connection a thread of its own, up to a bound.
//!
//! Nothing here knows a protocol.

mod attendance;
mod bell;
mod crowd;
mod doors;
mod wait;

use std::io;
use std::sync::Arc;

use gnezdo_socket::Listener;

use self::attendance::Attendance;
use self::crowd::Crowd;
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
    let crowd = Arc::new(Crowd::default());
    let mut doors = Doors::new(listeners, &crowd);
    while let Some(connection) = doors.accept(shared, &mut desk)? {
        spawn(shared, &crowd, *connection);
    }
    crowd.wait_for_all();
    Ok(())
}

fn spawn(shared: &Shared, crowd: &Arc<Crowd>, connection: Connection) {
    let place = crowd.enter();
    let (shared, crowd) = (shared.clone(), crowd.clone());
    let serve = move || {
        let _place = place;
        let _entered = shared.background.enter();
        let mut desk = Desk::new(&shared.context, INPUT_BYTES);
        Attendance::new(&shared, &crowd, None).serve(connection, &mut desk);
    };
    let builder = std::thread::Builder::new().name("connection".into()).stack_size(STACK_BYTES);
    if builder.spawn(serve).is_err() {
        // No thread is to be had, and the client is gone with the closure: let others end.
        std::thread::sleep(ACCEPT_PAUSE);
    }
}
