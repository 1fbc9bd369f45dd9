//! However octets come, pauses and ends included, the server's events are the same whole and
//! split; no request follows a refusal; used is never more than given; what is said is bounded
//! by what was asked.
#![no_main]

use gnezdo_fuzz::Plan;
use gnezdo_testkit::split;
use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/h1/tests/support/mod.rs"]
mod support;

use support::server_user::{Moment, ServerUser};

/// Head and content of the answer that the user gives.
const ANSWER_BYTES_MAX: usize = 400;

fuzz_target!(|octets: &[u8]| {
    let Some(plan) = Plan::new(octets) else { return };
    let moment = match plan.manner % 3 {
        0 => Moment::AtEnd,
        1 => Moment::AtHead,
        _ => Moment::Never,
    };
    let run = |cuts: &[usize]| {
        let user = ServerUser::new(plan.limits.clone(), moment).taking_plain();
        let mut drive = split::run(user, &plan.steps, cuts);
        let (said, user) = (drive.take_output().len(), drive.subject());
        assert!(said <= ANSWER_BYTES_MAX * (user.requests + 1));
        assert_eq!(user.requests_after_refusal, 0);
        drive.finish()
    };
    assert_eq!(run(&[]), run(&plan.cuts));
});
