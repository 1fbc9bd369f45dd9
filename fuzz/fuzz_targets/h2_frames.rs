//! However octets come, pauses and ends included, the server's events are the same whole and
//! split; nothing follows a refusal; used is never more than given.
#![no_main]

use gnezdo_fuzz::Plan;
use gnezdo_testkit::{Step, split};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/h2/tests/machines/support/mod.rs"]
mod support;

use support::server_user::ServerUser;

fuzz_target!(|octets: &[u8]| {
    let Some(mut plan) = Plan::new(octets) else { return };
    // Most inputs are worth more behind a beginning that is right.
    if plan.manner % 4 != 0 {
        plan.steps.insert(0, Step::Octets(support::frames::beginning(&[])));
    }
    if plan.manner % 4 == 1 {
        plan.limits.http2.resets_max = 2;
        plan.limits.http2.streams_max = 2;
        plan.limits.http2.stream_window_bytes = 64;
    }
    let run = |cuts: &[usize]| {
        let drive = split::run(ServerUser::new(plan.limits.clone()), &plan.steps, cuts);
        assert_eq!(drive.subject().events_after_refusal, 0);
        drive.finish()
    };
    assert_eq!(run(&[]), run(&plan.cuts));
});
