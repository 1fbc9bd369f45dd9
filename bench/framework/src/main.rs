//! Routes, JSON and templates, as the peers of `cargo xtask bench framework` have them:
//! `framework run --listen 127.0.0.1:8080`, then `GET /shops/{shop}/posts/{post_id}`,
//! `POST /orders` and `GET /table`.
#![forbid(unsafe_code)]

use framework_model::{Order, Post, Receipt, TABLE_TEMPLATE, TEMPLATES, table};
use gnezdo::prelude::*;
use gnezdo::web::Valid;
use gnezdo::web::templates::{Page, Templates};

fn main() -> gnezdo::Result {
    App::new()
        .templates(Templates::embedded(TEMPLATES))
        .get("/shops/{shop}/posts/{post_id:int}", shop_post)
        .post("/orders", order)
        .get("/table", page)
        .main()
}

fn shop_post(Path((shop, post_id)): Path<(String, u64)>) -> Json<Post> {
    Json(Post::of(shop, post_id))
}

fn order(Valid(Json(order)): Valid<Json<Order>>) -> Json<Receipt> {
    Json(order.receipt())
}

// Handlers own their arguments.
#[allow(clippy::needless_pass_by_value)]
fn page(page: Page) -> Result<Html<String>, Problem> {
    page.render(TABLE_TEMPLATE, table())
}
