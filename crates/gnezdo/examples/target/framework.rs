//! What the framework does with content, and with handlers that wait or fail.

use std::collections::BTreeMap;
use std::time::Duration;

use gnezdo::web::Multipart;
use gnezdo::{App, Block, Form, Json, Path, Problem, Rejection};
use serde_json::Value;

/// How much content is read as a whole.
const CONTENT_BYTES_MAX: u64 = 10_000;

/// Adds the routes.
pub(crate) fn add_to(app: App) -> App {
    app.content_bytes_max(CONTENT_BYTES_MAX)
        .post("/json", |json: Json<Value>| json)
        .post("/form", |Form(form): Form<BTreeMap<String, String>>| Json(form))
        .post("/upload", upload)
        .get("/blocking/{milliseconds:int}", wait.blocking())
        .get("/problem", problem)
}

/// How many octets each part has.
async fn upload(mut form: Multipart) -> Result<Json<Vec<usize>>, Rejection> {
    let mut lengths = Vec::new();
    while let Some(part) = form.next_field().await? {
        lengths.push(part.bytes().await?.len());
    }
    Ok(Json(lengths))
}

fn wait(Path(milliseconds): Path<u64>) -> &'static str {
    std::thread::sleep(Duration::from_millis(milliseconds));
    "waited"
}

fn problem() -> Result<String, Problem> {
    Ok(std::fs::read_to_string("/nowhere/nest")?)
}
