//! Handlers that wait with tokio, for its timers and its sockets, whatever serves them.

use std::io;
use std::time::Duration;

use gnezdo::http::StatusCode;
use gnezdo::{App, Path};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Adds the routes.
pub(crate) fn add_to(app: App) -> App {
    app.get("/tokio/sleep/{milliseconds:int}", async |Path(milliseconds): Path<u64>| {
        sleep(Duration::from_millis(milliseconds)).await;
        "rested"
    })
    .get("/tokio/sockets", async || converse().await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR))
    .get("/tokio/task", async || tokio::spawn(async { "spawned" }).await.unwrap_or("lost"))
}

/// Asks a listener of its own, which answers from a task.
async fn converse() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut client = TcpStream::connect(listener.local_addr()?).await?;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        let mut question = [0; 4];
        stream.read_exact(&mut question).await?;
        stream.write_all(&question.map(|octet| octet.to_ascii_uppercase())).await
    });
    client.write_all(b"nest").await?;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await?;
    server.await??;
    Ok(answer)
}
