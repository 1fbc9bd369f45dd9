//! However octets come, pauses and ends included, the client's events are the same whole and
//! split; none is on a stream that it has not opened.
#![no_main]

use gnezdo_fuzz::Plan;
use gnezdo_testkit::{Step, split};
use http::Method;
use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/h2/tests/machines/support/mod.rs"]
mod support;

use support::client_user::{Ask, ClientUser};

fuzz_target!(|octets: &[u8]| {
    let Some(mut plan) = Plan::new(octets) else { return };
    if plan.manner & 4 != 0 {
        plan.steps.insert(0, Step::Octets(support::frames::settings_frame(&[])));
    }
    let first = match plan.manner % 4 {
        0 => Ask::get("/"),
        1 => Ask::new(Method::HEAD, "/"),
        2 => Ask::new(Method::CONNECT, "x:443"),
        _ => Ask::post("/", 5).waits_for_continue(),
    };
    let asks = [first, Ask::post("/2", 100), Ask::get("/3")];
    let run = |cuts: &[usize]| {
        let user = ClientUser::new(plan.limits.clone(), asks.clone());
        split::run(user, &plan.steps, cuts).finish()
    };
    assert_eq!(run(&[]), run(&plan.cuts));
});
