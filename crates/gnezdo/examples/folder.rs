//! Serves the folder `www`: `cargo run --example folder -- run`.

use gnezdo::prelude::*;

fn main() -> gnezdo::Result {
    Files::builder("www").build()?.main()
}
