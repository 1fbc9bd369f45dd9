//! What several fuzz targets share: how octets become a plan.

use std::time::Duration;

use gnezdo_core::Limits;
use gnezdo_testkit::{Chance, Step};

/// What happens to a machine, as the first four octets of an input say.
#[derive(Debug)]
pub struct Plan {
    /// Small limits, so that short inputs reach them.
    pub limits: Limits,
    /// What comes, and when.
    pub steps: Vec<Step>,
    /// Where the octets are cut, ascending.
    pub cuts: Vec<usize>,
    /// Chooses between the ways in which a user may behave.
    pub manner: u8,
}

impl Plan {
    /// Makes a plan, unless there are too few octets for one.
    pub fn new(octets: &[u8]) -> Option<Self> {
        let ([manner, cuts, pause, shape], octets) = octets.split_first_chunk()?;
        let (before, after) = octets.split_at(octets.len() * usize::from(*pause) / 256);
        let seconds = Duration::from_secs(u64::from(shape % 16) * 5);
        let mut steps = vec![Step::Octets(before.to_vec())];
        if !seconds.is_zero() {
            steps.push(Step::Wait(seconds));
        }
        steps.push(Step::Octets(after.to_vec()));
        if shape & 16 != 0 {
            steps.push(Step::End);
        }
        let limits = if shape & 32 != 0 { small_limits() } else { Limits::default() };
        Some(Self { limits, steps, cuts: cuts_by(*cuts, octets.len()), manner: *manner })
    }
}

fn small_limits() -> Limits {
    Limits {
        head_bytes_max: 100,
        target_bytes_max: 20,
        fields_max: 4,
        chunk_extension_bytes_max: 20,
        trailer_bytes_max: 40,
        body_bytes_max: 30,
        discard_bytes_max: 20,
        progress_bytes_min: 5,
        ..Limits::default()
    }
}

/// Every place for zero, else random ones.
pub fn cuts_by(seed: u8, length: usize) -> Vec<usize> {
    if seed == 0 {
        return (1..length).collect();
    }
    let mut chance = Chance::new(u64::from(seed));
    let mut cuts: Vec<_> = (0..seed % 8 + 1).map(|_| chance.below(length)).collect();
    cuts.sort_unstable();
    cuts
}
