//! What a machine keeps is bounded, and next to nothing while it is idle.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use gnezdo_core::Limits;
use gnezdo_h2::Server;
use gnezdo_testkit::{Clock, Subject, Transcript};

use crate::support::frames::{END_STREAM, beginning, data, get, request};
use crate::support::peer::Peer;

/// Counts what this thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

// SAFETY: all is left to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract of the same function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller keeps the contract of the same function.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Feeds a machine whose user answers nothing by itself.
fn feed(server: &mut Server, clock: &Clock, octets: &[u8], mut each: impl FnMut(&mut Server, u32)) {
    use gnezdo_core::Machine;
    let mut at = 0;
    loop {
        let step = server.handle_input(clock.now(), &octets[at..]);
        at += step.used;
        match step.event {
            Some(gnezdo_h2::Event::Head(id, _)) => each(server, id.0),
            Some(_) => {}
            None if step.used == 0 => break,
            None => {}
        }
    }
    assert_eq!(at, octets.len());
}

#[test]
fn an_idle_connection_after_a_thousand_requests() {
    use gnezdo_core::Machine;
    let clock = Clock::new();
    let (head, ()) = http::Response::new(()).into_parts();
    let ready = gnezdo_core::Ready::new(head, "Hello".into());
    let limits = std::sync::Arc::new(Limits::default());
    let mut out = Vec::with_capacity(1 << 20);
    let requests: Vec<_> = (0..1_000)
        .map(|n| match n % 3 {
            0 => get(2 * n + 1, &format!("/{n}")),
            1 => [request(2 * n + 1, 0, "POST", "/"), data(2 * n + 1, END_STREAM, b"x")].concat(),
            _ => get(2 * n + 1, "/"),
        })
        .collect();
    let start = beginning(&[]);
    let before = HELD.get();
    let mut server = Box::new(Server::new(clock.now(), limits));
    feed(&mut server, &clock, &start, |_, _| {});
    for octets in &requests {
        feed(&mut server, &clock, octets, |server, id| {
            let id = gnezdo_h2::StreamId(id);
            server.send_ready(clock.now(), id, &ready, usize::MAX, &mut out);
        });
        server.poll_output(clock.now(), &mut out);
        out.clear();
    }
    let held = HELD.get() - before;
    println!("an idle connection holds {held} bytes");
    assert!(server.is_idle());
    assert!(held < 8 * 1024, "{held}");
}

#[test]
fn streams_without_windows_make_nobody_keep_content() {
    let mut peer = Peer::with_settings(Limits::default(), &[(4, 0)]);
    let before = HELD.get();
    for n in 0..100 {
        peer.feed(&get(2 * n + 1, "/size/1000000"));
        peer.said();
    }
    let held = HELD.get() - before;
    // The transcript of it all is the most of this.
    assert!(held < 256 * 1024, "{held}");
}

#[test]
fn a_header_block_is_kept_no_longer_than_its_bound() {
    let mut peer = Peer::new(Limits::default());
    let before = HELD.get();
    let piece = [b'a'; 5_000];
    let kind =
        |n| if n == 0 { gnezdo_h2::FrameType::HEADERS } else { gnezdo_h2::FrameType::CONTINUATION };
    let mut held = 0;
    for n in 0..9 {
        peer.feed(&crate::support::frames::frame(kind(n), 0, 1, &piece));
        held = held.max(HELD.get() - before);
    }
    let bound = Limits::default().head_bytes_max as isize;
    assert!(held < 4 * bound, "{held}");
    // Too large: all of it is gone.
    assert!(!peer.is_open());
    let mut log = Transcript::default();
    peer.drive.subject_mut().note_own_words(&[], &mut log);
    assert!(log.into_lines().is_empty());
}
