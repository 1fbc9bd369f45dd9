//! The end of a server: what was accepted is answered, and it does not take for ever.

use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Client, Target, everywhere, everywhere_but, request, wait_until};

/// Ends the server; gives how long it took.
fn end(target: &mut Target) -> Duration {
    let start = Instant::now();
    target.terminate();
    assert!(target.wait().success());
    start.elapsed()
}

/// One client under load: request after request until the server says that it ends.
///
/// # Errors
/// A request that was sent on a connection that had been answered before, or was accepted, and
/// that got no answer.
fn ask_until_the_end(target: &Target, answered: &AtomicUsize, keep: bool) -> io::Result<()> {
    let fields = if keep { "" } else { "Connection: close\r\n" };
    loop {
        // Refused or reset in the queue: nobody had accepted it.
        let Ok(mut client) = Client::try_connect(target.address()) else {
            return Ok(());
        };
        let mut is_first = true;
        loop {
            let asked = client.try_send(request("GET", "/later", fields));
            match asked.and_then(|()| client.try_answer()) {
                Ok(answer) => {
                    assert_eq!(answer.text(), "later");
                    answered.fetch_add(1, Ordering::Relaxed);
                    if answer.says_close() {
                        break;
                    }
                }
                // Nobody can tell whether it was accepted.
                Err(_) if is_first => return Ok(()),
                Err(error) => return Err(error),
            }
            is_first = false;
        }
    }
}

#[test]
fn no_request_is_lost_under_load() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        let clients = if setup.is_single() { 1 } else { 16 };
        let answered = AtomicUsize::new(0);
        thread::scope(|scope| {
            let target = &target;
            let answered = &answered;
            let threads: Vec<_> = (0..clients)
                .map(|n| scope.spawn(move || ask_until_the_end(target, answered, n % 2 == 0)))
                .collect();
            wait_until("all are at it", || answered.load(Ordering::Relaxed) > 20 * clients);
            target.terminate();
            for thread in threads {
                thread.join().unwrap().expect("each request has its answer");
            }
        });
        assert!(target.wait().success());
    });
}

#[test]
fn the_port_is_free_at_once() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        let mut clients: Vec<_> = (0..3).map(|_| target.connect()).collect();
        clients[0].get("/");
        end(&mut target);
        TcpListener::bind(target.address()).expect("a free port");
    });
}

#[test]
fn clients_in_the_queue_are_served() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        let mut busy = target.connect();
        busy.request("GET", "/later/300");
        let mut queued: Vec<_> = (0..8).map(|_| target.connect()).collect();
        for client in &mut queued {
            client.request("GET", "/");
        }
        target.terminate();
        assert_eq!(busy.answer().text(), "late");
        for client in &mut queued {
            let answer = client.answer();
            assert_eq!(answer.text(), "OK");
            // Where others serve meanwhile, they were not in the queue for long.
            assert!(answer.says_close() || !setup.is_single());
            client.expect_end();
        }
        assert!(target.wait().success());
    });
}

#[test]
fn answers_in_progress_are_finished() {
    // One at a time where one thread serves all.
    everywhere(|setup| {
        let paths = [("/later/500", 4), ("/stream/later/200", 200_000), ("/slow/300", 4)];
        for (path, length) in paths {
            let mut target = setup.start(&[]);
            let mut client = target.connect();
            client.get("/");
            client.request("GET", path);
            wait_until("the request was read", || client.is_read_by_server());
            target.terminate();
            assert_eq!(client.answer().body.len(), length, "{path}");
            client.expect_end();
            assert!(target.wait().success());
        }
    });
}

#[test]
fn content_that_is_on_its_way_is_received() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        let mut client = target.connect();
        client.send(request("POST", "/later", "Content-Length: 8\r\n") + "nest");
        wait_until("the request was read", || client.is_read_by_server());
        target.terminate();
        client.pause(Duration::from_millis(300));
        let answer = client.send("nest").answer();
        assert_eq!((answer.text(), answer.says_close()), ("8", true));
        assert!(target.wait().success());
    });
}

#[test]
fn the_deadline_cuts_what_takes_too_long() {
    everywhere(|setup| {
        for path in ["/later/30000", "/endless", "/slow/30000"] {
            let mut target = setup.start(&["--shutdown-timeout", "0.4"]);
            let mut client = target.connect();
            client.request("GET", path);
            wait_until("the request was read", || client.is_read_by_server());
            let took = end(&mut target);
            assert!(took >= Duration::from_millis(350), "{path}: too early: {took:?}");
            assert!(took < Duration::from_secs(3), "{path}: too late: {took:?}");
            target.wait_for_all();
        }
    });
}

#[test]
fn a_queue_of_silent_clients_has_one_deadline() {
    everywhere(|setup| {
        let mut target = setup.start(&["--shutdown-timeout", "1"]);
        let mut dribblers: Vec<_> = (0..20).map(|_| target.connect()).collect();
        for client in &mut dribblers {
            client.send("GET / HTTP/1.1\r\n");
        }
        let took = end(&mut target);
        assert!(took < Duration::from_secs(3), "too late: {took:?}");
        target.wait_for_all();
    });
}

#[test]
fn idle_connections_end_soon() {
    everywhere_but(&["single"], |setup| {
        let mut target = setup.start(&[]);
        let mut idle: Vec<_> = (0..20).map(|_| target.connect()).collect();
        for client in &mut idle {
            client.get("/");
        }
        let took = end(&mut target);
        assert!(took < Duration::from_secs(3), "too late: {took:?}");
        for client in &mut idle {
            client.expect_end();
        }
    });
}

#[test]
fn nobody_is_there_and_it_ends_at_once() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        assert!(end(&mut target) < Duration::from_secs(1));
        let mut target = setup.start(&[]);
        target.get("/");
        assert!(end(&mut target) < Duration::from_secs(2));
    });
}

#[test]
fn interrupt_means_the_same() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        target.process.signal(Signal::INT);
        assert!(target.wait().success());
    });
}

#[test]
fn a_second_signal_ends_it_at_once() {
    everywhere(|setup| {
        let mut target = setup.start(&[]);
        let mut client = target.connect();
        client.request("GET", "/later/30000");
        wait_until("the request was read", || client.is_read_by_server());
        // Two of a kind could become one on their way.
        let start = Instant::now();
        target.process.signal(Signal::TERM);
        target.process.signal(Signal::INT);
        assert!(matches!(target.wait().code(), Some(130 | 143)), "as a shell reports it");
        target.wait_for_all();
        assert!(start.elapsed() < Duration::from_secs(2), "too late: {:?}", start.elapsed());
        client.drain();
    });
}
