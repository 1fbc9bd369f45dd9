//! Answers one kind of request, over and over, in memory: `instructions CASE REQUESTS`.
//!
//! From octets in to octets out, without a socket: callgrind counts what that takes, and the
//! difference between two numbers of requests is free of what start and end cost. Without
//! arguments it prints the names of the cases and what they are, one per line, with a tab
//! between the two.
#![forbid(unsafe_code)]

mod asker;
mod cases;

use std::env;
use std::error::Error;
use std::task::{Context, Waker};
use std::thread;

use gnezdo::InMemory;

use asker::Asker;
use cases::{CASES, Case};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [name, requests] = words.as_slice() else {
        for case in CASES {
            println!("{}\t{}", case.name, case.about);
        }
        return Ok(());
    };
    let case = CASES.iter().find(|case| case.name == name).ok_or("no case has this name")?;
    answer(case, requests.parse()?)
}

fn answer(case: &Case, requests: usize) -> Result<(), Box<dyn Error>> {
    let mut connection = (case.connect)()?;
    let mut asker = Asker::new(case.ask, case.pipelined);
    let answer_bytes = first_answer(case, &mut connection, &mut asker)?;
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..requests / case.pipelined {
        connection.handle_input(asker.next());
        if connection.output().is_empty() {
            connection.advance(&mut cx);
        }
        // A case that comes to answer something else does not count what it should.
        if connection.output().len() != answer_bytes {
            return Err("an answer differs from the first".into());
        }
        connection.handle_flushed();
    }
    Ok(())
}

/// Brings the connection to its steady state; gives the length of its output there.
fn first_answer(
    case: &Case,
    connection: &mut InMemory,
    asker: &mut Asker,
) -> Result<usize, Box<dyn Error>> {
    let mut cx = Context::from_waker(Waker::noop());
    let mut answer_bytes = 0;
    // The first answer of all may come from another thread that makes it: a compressed file.
    for _ in 0..2 {
        let mark = asker.answer_start().unwrap_or(case.sign);
        connection.handle_input(asker.next());
        while connection.output().is_empty() {
            thread::yield_now();
            connection.advance(&mut cx);
        }
        let output = String::from_utf8_lossy(connection.output());
        let answers = output.matches(mark).count();
        if answers != case.pipelined || !output.contains(case.sign) {
            return Err(format!("not the answers that were expected: {output}").into());
        }
        answer_bytes = connection.output().len();
        connection.handle_flushed();
    }
    Ok(answer_bytes)
}
