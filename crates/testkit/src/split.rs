//! The same input, cut in every way, gives the same events.
//!
//! Cuts are places in the octets of all steps joined. Short inputs are cut everywhere; of
//! longer ones the first and the last stretch and some places between, because the number of
//! cuts times the length would not end.

use std::error::Error;
use std::fmt;

use crate::{Chance, Drive, Step, Subject, diff};

/// Inputs up to this many octets are cut at every place.
const EVERY_CUT_OCTETS: usize = 600;

/// Of longer inputs, so many octets at each end are cut at every place.
const EDGE_OCTETS: usize = 64;

/// How many random ways of cutting are tried.
const RANDOM_WAYS: u64 = 16;

/// Two runs over the same octets that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// How the octets were cut.
    pub cuts: String,
    /// The transcript of the input in one piece.
    pub whole: Vec<String>,
    /// The transcript of the input in pieces.
    pub split: Vec<String>,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cuts, whole, split } = self;
        write!(f, "cut {cuts}, against whole:\n{}", diff::lines(whole, split))
    }
}

impl Error for Disagreement {}

/// Runs the steps whole, octet by octet, cut at every place, cut at random places, and with
/// the octets `after` behind them. Gives the transcript that they have in common.
///
/// Octets behind an input may add lines, but change none; where the input ends inside a
/// message they are left out.
///
/// # Errors
/// The first [`Disagreement`].
pub fn check<S: Subject>(
    make: impl Fn() -> S,
    steps: &[Step],
    after: &[u8],
) -> Result<Vec<String>, Disagreement> {
    let length = octets(steps).count();
    let whole = run(make(), steps, &[]).finish();
    let agree = |cuts: &[usize], name: String| {
        let split = run(make(), steps, cuts).finish();
        let whole = whole.clone();
        if split == whole { Ok(()) } else { Err(Disagreement { cuts: name, whole, split }) }
    };
    agree(&(1..length).collect::<Vec<_>>(), "octet by octet".into())?;
    for cut in places(length) {
        agree(&[cut], format!("at {cut}"))?;
    }
    for seed in 0..RANDOM_WAYS {
        let cuts = random_cuts(length, seed);
        agree(&cuts, format!("at {cuts:?}"))?;
    }
    check_after(&make, steps, after, &whole)?;
    Ok(whole)
}

/// Runs the steps with the given cuts, which must ascend.
pub fn run<S: Subject>(subject: S, steps: &[Step], cuts: &[usize]) -> Drive<S> {
    let mut drive = Drive::new(subject);
    let (mut start, mut cuts) = (0, cuts.iter().copied().peekable());
    for step in steps {
        match step {
            Step::Wait(duration) => drive.wait(*duration),
            Step::End => drive.end(),
            Step::Octets(octets) => {
                let mut at = 0;
                while let Some(cut) = cuts.next_if(|cut| *cut < start + octets.len()) {
                    let piece_end = cut.saturating_sub(start).max(at);
                    drive.feed(&octets[at..piece_end]);
                    at = piece_end;
                }
                drive.feed(&octets[at..]);
                start += octets.len();
            }
        }
    }
    drive
}

fn check_after<S: Subject>(
    make: &impl Fn() -> S,
    steps: &[Step],
    after: &[u8],
    whole: &[String],
) -> Result<(), Disagreement> {
    let Some((Step::Octets(last), rest)) = steps.split_last() else {
        return Ok(());
    };
    if !run(make(), steps, &[]).subject().is_at_boundary() {
        return Ok(());
    }
    let longer = [last.as_slice(), after].concat();
    let steps: Vec<_> = rest.iter().cloned().chain([Step::Octets(longer)]).collect();
    let split = run(make(), &steps, &[]).finish();
    // The last line says what is wanted in the end, which may have changed.
    if split.starts_with(&whole[..whole.len() - 1]) {
        return Ok(());
    }
    Err(Disagreement { cuts: "with octets after it".into(), whole: whole.to_vec(), split })
}

fn octets(steps: &[Step]) -> impl Iterator<Item = u8> {
    steps.iter().flat_map(|step| match step {
        Step::Octets(octets) => octets.iter().copied(),
        Step::Wait(_) | Step::End => [].iter().copied(),
    })
}

fn places(length: usize) -> Vec<usize> {
    if length <= EVERY_CUT_OCTETS {
        return (1..length).collect();
    }
    let mut chance = Chance::new(length as u64);
    let between = (0..EDGE_OCTETS).map(|_| chance.below(length));
    (1..EDGE_OCTETS).chain(length - EDGE_OCTETS..length).chain(between).collect()
}

fn random_cuts(length: usize, seed: u64) -> Vec<usize> {
    let mut chance = Chance::new(seed);
    let count = 1 + chance.below(length.min(12));
    let mut cuts: Vec<_> = (0..count).map(|_| chance.below(length)).collect();
    cuts.sort_unstable();
    cuts
}
