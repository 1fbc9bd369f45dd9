//! Who may not connect is cut off without a word.

use crate::support::{Client, everywhere};

#[test]
fn a_denied_address_is_cut_off() {
    everywhere(|setup| {
        let target = setup.start(&["--deny", "127.0.0.2/32"]);
        Client::connect_from([127, 0, 0, 2], target.address()).expect_end();
        assert_eq!(target.get("/").status, 200);
        let mut other = Client::connect_from([127, 0, 0, 3], target.address());
        assert_eq!(other.get("/").status, 200);
    });
}

#[test]
fn only_allowed_addresses_are_served() {
    everywhere(|setup| {
        let target = setup.start(&["--allow", "127.0.0.2"]);
        target.connect().expect_end();
        let mut allowed = Client::connect_from([127, 0, 0, 2], target.address());
        assert_eq!(allowed.get("/").status, 200);
    });
}
