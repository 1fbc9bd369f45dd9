//! Flow control, whatever two sides do: nothing is lost, doubled or sent without a window, and in
//! the end all windows are as they were.

use proptest::prelude::*;

use crate::support::operations::{Operation, play};

fn operation() -> impl Strategy<Value = Operation> {
    any::<[u8; 4]>().prop_map(Operation::read)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_is_done_the_windows_hold(
        windows in any::<[u8; 2]>(),
        operations in prop::collection::vec(operation(), 0..200),
    ) {
        play(windows, &operations);
    }
}
