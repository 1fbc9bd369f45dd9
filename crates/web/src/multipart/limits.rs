//! How much a form may ask for.

use gnezdo_core::{Reply, Request};

use crate::extract::Routed;
use crate::middleware::{Middleware, Next};

pub(super) const CONTENT_BYTES: &str = "bytes in all parts together";
pub(super) const PART_HEAD_BYTES: &str = "bytes in the head of a part";

/// How much a [`Multipart`](crate::Multipart) may ask for. What exceeds a limit is 413, and the
/// answer says which.
///
/// They are those of the app if it has them as [state](crate::App::state), and those of a route if
/// it has them [around it](crate::Route::wrap); the nearest ones count.
///
/// ```
/// use gnezdo_web::{App, Multipart, MultipartLimits, post};
///
/// # async fn note(_: Multipart) {}
/// # async fn video(_: Multipart) {}
/// let small = MultipartLimits { file_bytes_max: 1024 * 1024, ..MultipartLimits::default() };
/// let large = MultipartLimits {
///     file_bytes_max: 1024 * 1024 * 1024,
///     content_bytes_max: 1025 * 1024 * 1024,
///     ..MultipartLimits::default()
/// };
/// let app = App::new()
///     .state(small)
///     .routes([post("/note", note), post("/video", video).wrap(large)]);
/// ```
///
/// The server has a limit on the content of a request, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultipartLimits {
    /// Bytes in a part that is no file.
    ///
    /// Default: 64 KiB, a long text of a person.
    pub field_bytes_max: u64,
    /// Bytes in a part that is a file, by having a file name.
    ///
    /// Default: 16 MiB, a large photo.
    pub file_bytes_max: u64,
    /// Bytes in the whole content, boundaries and heads included. A request that announces more is
    /// refused before anything is read.
    ///
    /// Default: 32 MiB, two of the largest files.
    pub content_bytes_max: u64,
    /// Parts, in numbers.
    ///
    /// Default: 128, more than forms that people fill in have.
    pub parts_max: usize,
    /// Bytes in the head of a part, line breaks included; what stands before the first part
    /// counts, too.
    ///
    /// Default: 8 KiB, as much as many servers allow for the head of a request.
    pub part_head_bytes_max: u64,
}

impl Default for MultipartLimits {
    fn default() -> Self {
        Self {
            field_bytes_max: 64 * 1024,
            file_bytes_max: 16 * 1024 * 1024,
            content_bytes_max: 32 * 1024 * 1024,
            parts_max: 128,
            part_head_bytes_max: 8 * 1024,
        }
    }
}

impl MultipartLimits {
    /// The nearest limits: of the route, of the app, by default.
    pub(super) fn of(routed: &Routed<'_>) -> Self {
        let of_route = routed.request().extensions().get::<Self>();
        of_route.or_else(|| routed.state()).copied().unwrap_or_default()
    }
}

/// Sets the limits for what is within; those further inside win.
impl Middleware for MultipartLimits {
    fn handle(&self, mut request: Request, next: Next) -> Reply {
        request.extensions_mut().insert(*self);
        next.call(request)
    }
}
