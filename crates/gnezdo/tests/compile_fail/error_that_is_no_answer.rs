//! Results whose error cannot be sent.

use gnezdo::prelude::*;

#[get("/page")]
fn page() -> Result<String, std::io::Error> {
    //~ `std::io::Error` is no answer
    //~ the error of a `Result` has to be an answer, too: take `Problem`
    std::fs::read_to_string("page")
}

#[get("/number")]
async fn number() -> Result<String, Box<dyn std::error::Error>> {
    //~ the error of a `Result` has to be an answer, too: take `Problem`
    Ok("7".parse::<u8>()?.to_string())
}

fn main() {
    let _ = routes![page, number];
}
