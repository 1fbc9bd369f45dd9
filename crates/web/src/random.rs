//! Random octets from the operating system: for keys, salts, ids and tokens.

/// Random octets that nobody else knows.
///
/// # Panics
/// The system has none, and nothing could be kept secret.
pub(crate) fn random<const COUNT: usize>() -> [u8; COUNT] {
    let mut octets = [0; COUNT];
    getrandom::fill(&mut octets).expect("the system has random numbers");
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_alike() {
        assert_ne!(random::<16>(), random::<16>());
    }
}
