//! The smallest app: `cargo run -p gnezdo --example hello -- run`.

use gnezdo::prelude::*;

fn main() -> gnezdo::Result {
    App::new().get("/", || "Hello!\n").get("/plaintext", || "Hello, World!").main()
}
