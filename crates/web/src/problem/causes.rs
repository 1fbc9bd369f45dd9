//! What is behind an error: the chain of `source`s, followed so far and no farther.

use std::error::Error;
use std::iter::successors;

/// How many errors of a chain are looked at: more than any program nests, and a chain could be
/// endless.
const CAUSES_MAX: usize = 16;

/// The error itself, and what is behind it, the nearest first.
pub(crate) fn causes<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |&error| error.source()).take(CAUSES_MAX)
}
