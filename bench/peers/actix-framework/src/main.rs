//! Routes, JSON and templates in actix-web, on one worker: `ADDRESS:PORT`.
#![forbid(unsafe_code)]

use std::env;
use std::io;
use std::time::Duration;

use actix_web::error::{ErrorInternalServerError, ErrorUnprocessableEntity};
use actix_web::web::{self, Data, Html, Json, Path};
use actix_web::{App, HttpServer, Responder, Result, get, post};
use framework_model::{
    Environment, Order, Post, Receipt, TABLE_TEMPLATE, Validate, environment, table,
};

#[get("/shops/{shop}/posts/{post_id}")]
async fn shop_post(path: Path<(String, u64)>) -> impl Responder {
    let (shop, post_id) = path.into_inner();
    Json(Post::of(shop, post_id))
}

#[post("/orders")]
async fn order(order: Json<Order>) -> Result<Json<Receipt>> {
    order.validate().map_err(ErrorUnprocessableEntity)?;
    Ok(Json(order.receipt()))
}

#[get("/table")]
async fn page(templates: Data<Environment<'static>>) -> Result<Html> {
    let page = templates.get_template(TABLE_TEMPLATE).and_then(|template| template.render(table()));
    page.map(Html::new).map_err(ErrorInternalServerError)
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let Some(listen) = env::args().nth(1) else {
        return Err(io::Error::other("usage: peer-actix-framework ADDRESS:PORT"));
    };
    let templates = web::Data::new(environment().map_err(io::Error::other)?);
    let app = move || {
        App::new().app_data(templates.clone()).service(shop_post).service(order).service(page)
    };
    HttpServer::new(app)
        .workers(1)
        .backlog(4096)
        // As the program that answers a constant.
        .keep_alive(Duration::from_secs(75))
        .bind(listen)?
        .run()
        .await
}
