//! A worker that is killed takes only its own connections along, and is replaced.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Client, Process, Setup, Target, under, wait_until};

const SUPERVISED: &[&str] = &["processes", "event-processes", "uring-processes"];

/// A connection to each of the two workers. They share one queue, so it takes some tries.
fn one_to_each(target: &Target) -> [(Client, Process); 2] {
    let mut first = target.connect();
    let here = pid(&mut first);
    loop {
        let mut others: Vec<_> = (0..8).map(|_| target.connect()).collect();
        for mut client in others.drain(..) {
            let there = pid(&mut client);
            if there != here {
                return [(first, here), (client, there)];
            }
        }
    }
}

fn pid(client: &mut Client) -> Process {
    Process(client.get("/pid").text().parse().unwrap())
}

fn workers(setup: Setup, target: &Target) -> Vec<Process> {
    assert!(setup.has_workers());
    wait_until("both workers live", || target.process.children().len() == 2);
    target.process.children()
}

#[test]
fn others_live_and_another_takes_its_place() {
    under(SUPERVISED, |setup| {
        let target = setup.start(&[]);
        workers(setup, &target);
        let [(mut doomed, victim), (mut other, survivor)] = one_to_each(&target);
        other.request("GET", "/later/300");
        victim.signal(Signal::KILL);
        assert!(doomed.drain() == 0, "its own connection ends");
        assert_eq!(other.answer().text(), "late");
        for _ in 0..20 {
            assert_eq!(target.get("/").text(), "OK");
        }
        let now = workers(setup, &target);
        assert!(now.contains(&survivor) && !now.contains(&victim));
        assert!(target.process.is_alive());
    });
}

#[test]
fn one_that_lived_is_replaced_at_once() {
    under(SUPERVISED, |setup| {
        let target = setup.start(&[]);
        let before = workers(setup, &target);
        // A worker that dies within its first second is thought unable to start.
        wait_until("they have lived a while", || {
            before.iter().all(|worker| worker.age() > Duration::from_millis(1_200))
        });
        before[0].signal(Signal::KILL);
        let start = Instant::now();
        wait_until("it is replaced", || {
            let now = target.process.children();
            now.len() == 2 && !now.contains(&before[0])
        });
        assert!(start.elapsed() < Duration::from_millis(700), "{:?}", start.elapsed());
    });
}

#[test]
fn all_of_them_killed_again_and_again() {
    under(SUPERVISED, |setup| {
        let target = setup.start(&[]);
        for _ in 0..2 {
            for worker in workers(setup, &target) {
                worker.signal(Signal::KILL);
            }
            assert_eq!(target.get("/").text(), "OK");
        }
    });
}

#[test]
fn no_worker_outlives_its_supervisor() {
    under(SUPERVISED, |setup| {
        let target = setup.start(&[]);
        let workers = workers(setup, &target);
        let mut busy = target.connect();
        busy.request("GET", "/later/300");
        let mut idle = target.connect();
        idle.get("/");
        target.process.signal(Signal::KILL);
        assert_eq!(busy.answer().text(), "late", "what is in progress is finished");
        wait_until("they have ended", || workers.iter().all(|worker| !worker.is_alive()));
    });
}
