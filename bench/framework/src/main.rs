//! Routes, JSON and templates, as the peers of `cargo xtask bench framework` have them:
//! `framework run --listen 127.0.0.1:8080`, then `GET /shops/{shop}/posts/{post_id}`,
//! `POST /orders` and `GET /table`.
#![forbid(unsafe_code)]

use framework_model::{
    Environment, Order, Post, Receipt, TABLE_TEMPLATE, Validate, environment, table,
};
use gnezdo::http::header::{CONTENT_TYPE, HeaderValue};
use gnezdo::prelude::*;
use http_body_util::BodyExt;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

fn main() -> gnezdo::Result {
    let templates = environment().expect("the template parses");
    App::new()
        .get("/shops/<shop>/posts/<int:post_id>", shop_post)
        .post("/orders", order)
        .get("/table", move || page(&templates))
        .main()
}

fn shop_post(Path((shop, post_id)): Path<(String, u64)>) -> Json<Post> {
    Json(Post::of(shop, post_id))
}

async fn order(request: Request) -> Result<Json<Receipt>, (StatusCode, String)> {
    let order: Order = json(request.into_body()).await?;
    order.validate().map_err(|report| (StatusCode::UNPROCESSABLE_ENTITY, report.to_string()))?;
    Ok(Json(order.receipt()))
}

async fn json(content: Body) -> Result<Order, (StatusCode, String)> {
    let octets = content
        .collect()
        .await
        .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?
        .to_bytes();
    serde_json::from_slice(&octets).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

fn page(templates: &Environment<'static>) -> Result<Response, StatusCode> {
    let page = templates
        .get_template(TABLE_TEMPLATE)
        .and_then(|template| template.render(table()))
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let mut response = page.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HTML);
    Ok(response)
}
