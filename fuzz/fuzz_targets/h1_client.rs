//! However octets come, pauses and ends included, the client's events are the same whole and
//! split; used is never more than given; there are no more responses than requests.
#![no_main]

use gnezdo_fuzz::Plan;
use gnezdo_testkit::split;
use http::Method;
use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/h1/tests/support/mod.rs"]
mod support;

use support::client_user::{Ask, ClientUser};

fuzz_target!(|octets: &[u8]| {
    let Some(plan) = Plan::new(octets) else { return };
    let first = match plan.manner % 4 {
        0 => Ask::get("/"),
        1 => Ask::new(Method::HEAD, "/"),
        2 => Ask::new(Method::CONNECT, "x:443"),
        _ => Ask::new(Method::POST, "/").content(Some(5), &["hello"]).waits_for_continue(),
    };
    let asks = [first, Ask::get("/2"), Ask::get("/3")];
    let run = |cuts: &[usize]| {
        let drive =
            split::run(ClientUser::new(plan.limits.clone(), asks.clone()), &plan.steps, cuts);
        assert!(drive.subject().responses <= asks.len());
        drive.finish()
    };
    assert_eq!(run(&[]), run(&plan.cuts));
});
