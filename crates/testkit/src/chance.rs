//! Repeatable chance: the same seed gives the same numbers on every machine.
//!
//! Marsaglia's xorshift64*: good enough to choose cuts, and not a dependency.

/// A source of numbers that look random.
///
/// ```
/// let mut chance = gnezdo_testkit::Chance::new(7);
/// assert!(chance.below(10) < 10);
/// assert_eq!(chance, { let mut same = gnezdo_testkit::Chance::new(7); same.below(10); same });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chance(u64);

impl Chance {
    /// The sequence that belongs to the seed.
    pub const fn new(seed: u64) -> Self {
        // Zero would stay zero for ever.
        Self(seed ^ 0x9e37_79b9_7f4a_7c15 | 1)
    }

    /// The next number below `bound`; zero for a bound of zero.
    pub const fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        if bound == 0 { 0 } else { number as usize % bound }
    }
}
