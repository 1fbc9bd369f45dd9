//! Content in pieces: at once or later, longer or shorter than announced, with trailers, broken off.

use gnezdo::{App, Path};

use crate::pieces::{Maker, PIECE_BYTES, Pieces};

/// Adds the routes.
pub(crate) fn add_to(app: App) -> App {
    app.get("/stream/{pieces:int}", |Path(n): Path<u64>| Pieces::new(n).into_response())
        .get("/stream/sized/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).announce(n * PIECE_BYTES).into_response()
        })
        .get("/stream/short/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).announce(n * PIECE_BYTES + 1).into_response()
        })
        .get("/stream/later/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).made_by(Maker::Thread(None)).into_response()
        })
        .get("/stream/panic/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).made_by(Maker::Fool).into_response()
        })
        .get("/stream/trailers/{pieces:int}", |Path(n): Path<u64>| {
            Pieces::new(n).made_by(Maker::Signer).into_response()
        })
        .get("/endless", || Pieces::new(u64::MAX).into_response())
}
