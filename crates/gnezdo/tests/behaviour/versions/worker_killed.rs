//! A worker that is killed takes only its own connections along, and is replaced.

use rustix::process::Signal;

use crate::support::{End, Process, Speaker, Version, under, wait_until};

const SUPERVISED: &[&str] = &["processes", "event-processes", "uring-processes"];

fn worker(speaker: &mut Speaker) -> Process {
    Process(speaker.get("/pid").text().parse().unwrap())
}

#[test]
fn its_clients_see_the_end_and_come_again() {
    under(SUPERVISED, |setup| {
        for version in Version::ALL {
            let target = version.start(setup, &[]);
            wait_until("both workers live", || target.process.children().len() == 2);
            let mut speaker = version.connect(&target);
            worker(&mut speaker).signal(Signal::KILL);
            let (end, _) = speaker.read_to_end();
            // Nobody was left to say goodbye.
            assert!(end != End::Orderly || !version.is_tls(), "{version:?}");
            for _ in 0..10 {
                assert_eq!(version.connect(&target).get("/").text(), "OK");
            }
            wait_until("it is replaced", || target.process.children().len() == 2);
        }
    });
}
