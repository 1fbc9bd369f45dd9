//! A server inside a tokio program, beside its other tasks:
//! `cargo run -p gnezdo --example embed`.

use std::error::Error;
use std::time::Duration;

use gnezdo::{App, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::interval;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}/", listener.local_addr()?);

    let (ticks, ticked) = watch::channel(0_u64);
    let clock = tokio::spawn(async move {
        let mut seconds = interval(Duration::from_secs(1));
        loop {
            seconds.tick().await;
            ticks.send_modify(|count| *count += 1);
        }
    });

    let app = App::new().get("/", move || format!("{} ticks\n", *ticked.borrow()));
    let end = async { tokio::signal::ctrl_c().await.expect("signals can be heard") };
    serve(listener, app).with_graceful_shutdown(end).await?;

    clock.abort();
    println!("all answers are given");
    Ok(())
}
