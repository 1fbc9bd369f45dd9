//! Serves the folder `www` of this repository: `cargo run -p gnezdo --example folder -- run`.

use gnezdo::prelude::*;

fn main() -> gnezdo::Result {
    Files::builder("www").build()?.main()
}
