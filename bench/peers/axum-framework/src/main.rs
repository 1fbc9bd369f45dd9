//! Routes, JSON and templates in axum, on one thread: `ADDRESS:PORT`.
//!
//! On hyper's HTTP/1.1 connections instead of `axum::serve`, as the program that answers a
//! constant.
#![forbid(unsafe_code)]

use std::env;
use std::io;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use framework_model::{
    Environment, Order, Post, Receipt, TABLE_TEMPLATE, Validate, environment, table,
};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket};

fn main() -> io::Result<()> {
    let Some(listen) = env::args().nth(1) else {
        return Err(io::Error::other("usage: peer-axum-framework ADDRESS:PORT"));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let address = listen.parse().map_err(io::Error::other)?;
    let app = app(environment().map_err(io::Error::other)?);
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(address)?;
        serve(socket.listen(4096)?, app).await
    })
}

fn app(templates: Environment<'static>) -> Router {
    Router::new()
        .route("/shops/{shop}/posts/{post_id}", get(shop_post))
        .route("/orders", post(order))
        .route("/table", get(page))
        .with_state(Arc::new(templates))
}

async fn shop_post(Path((shop, post_id)): Path<(String, u64)>) -> Json<Post> {
    Json(Post::of(shop, post_id))
}

async fn order(Json(order): Json<Order>) -> Result<Json<Receipt>, (StatusCode, String)> {
    order.validate().map_err(|report| (StatusCode::UNPROCESSABLE_ENTITY, report.to_string()))?;
    Ok(Json(order.receipt()))
}

async fn page(
    State(templates): State<Arc<Environment<'static>>>,
) -> Result<Html<String>, StatusCode> {
    let page = templates.get_template(TABLE_TEMPLATE).and_then(|template| template.render(table()));
    page.map(Html).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn serve(listener: TcpListener, app: Router) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        // A socket whose peer has left already refuses options; there is nothing to lose.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = http1::Builder::new()
            .pipeline_flush(true)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // How a connection ends is its client's affair.
            let _ = connection.await;
        });
    }
}
