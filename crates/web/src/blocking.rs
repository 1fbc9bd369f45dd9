//! Handlers that wait, and parts of them: they run on threads for such work, and the loop goes on.

use std::sync::atomic::{AtomicUsize, Ordering};

use gnezdo_core::Response;

use crate::rejection::Rejection;
use crate::response::IntoResponse;

/// How many handlers that wait may be under way at once, those in the queue included. Each costs a
/// thread or a place in the queue; a client that meets more gets 503 and comes back.
const WAITING_MAX: usize = 4_096;

static WAITING: Places = Places::new(WAITING_MAX);

/// A handler that waits: see [`Block::blocking`].
#[derive(Clone, Copy, Debug)]
pub struct Blocking<F>(pub(crate) F);

/// Lets a handler wait.
pub trait Block: Sized {
    /// Runs this plain function on a thread for functions that wait, such as those that use a
    /// database or read large files without `async`.
    ///
    /// There are up to 500 such threads in the process; a handler for which there is none waits in
    /// a queue, and if more than 4,096 are under way, the answer is 503 with `Retry-After`.
    ///
    /// ```
    /// use gnezdo_web::{App, Block, Path, Problem};
    ///
    /// fn page(Path(name): Path<String>) -> Result<String, Problem> {
    ///     Ok(std::fs::read_to_string(format!("/var/pages/{name}"))?)
    /// }
    ///
    /// let app = App::new().get("/page/{name}", page.blocking());
    /// ```
    fn blocking(self) -> Blocking<Self> {
        Blocking(self)
    }
}

impl<F: Send + Sync + 'static> Block for F {}

/// Runs a function that waits on a thread for such functions, in the middle of an `async` handler.
///
/// The threads are those of [`Block::blocking`], which is shorter for handlers that wait throughout.
/// This is for those that also await, such as the parts of a form. Nothing runs before the first
/// poll; what has begun runs to its end, even if nobody waits for it any more. A panic of the
/// function is one of the handler.
///
/// ```
/// use gnezdo_web::{App, Problem, blocking};
///
/// async fn keep(note: String) -> Result<&'static str, Problem> {
///     let path = std::env::temp_dir().join("note.txt");
///     blocking(move || std::fs::write(path, note)).await??;
///     Ok("kept")
/// }
///
/// let app = App::new().post("/note", keep);
/// ```
///
/// # Errors
/// [`Rejection::Busy`], a 503: more than 4,096 functions that wait are under way.
pub async fn blocking<T: Send + 'static>(
    function: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Rejection> {
    within(&WAITING, function).await
}

/// Runs a function that waits, and makes its answer on the same thread.
pub(crate) async fn run<R: IntoResponse>(
    function: impl FnOnce() -> R + Send + 'static,
) -> Response {
    let answer = blocking(move || function().into_response()).await;
    answer.unwrap_or_else(Rejection::into_response)
}

/// Runs a function that waits, if there is a place for it.
///
/// # Errors
/// [`Rejection::Busy`]: there is none.
pub(crate) async fn within<T: Send + 'static>(
    places: &'static Places,
    function: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Rejection> {
    let place = places.take().ok_or(Rejection::Busy)?;
    let done = blocking::unblock(move || {
        let _place = place;
        function()
    });
    Ok(done.await)
}

/// How much of one kind may be under way at once.
#[derive(Debug)]
pub(crate) struct Places {
    taken: AtomicUsize,
    max: AtomicUsize,
}

/// A place among those who wait.
#[derive(Debug)]
pub(crate) struct Place(&'static Places);

impl Places {
    pub(crate) const fn new(max: usize) -> Self {
        Self { taken: AtomicUsize::new(0), max: AtomicUsize::new(max) }
    }

    /// Places that are taken stay so.
    #[cfg(feature = "auth")]
    pub(crate) fn set_max(&self, max: usize) {
        self.max.store(max, Ordering::Relaxed);
    }

    pub(crate) fn take(&'static self) -> Option<Place> {
        let max = self.max.load(Ordering::Relaxed);
        let taken = self.taken.try_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            (taken < max).then_some(taken + 1)
        });
        taken.ok().map(|_| Place(self))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_end_of_places() {
        static PLACES: Places = Places::new(3);
        let places: Vec<Place> = std::iter::from_fn(|| PLACES.take()).collect();
        assert_eq!(places.len(), 3);
        drop(places);
        assert!(PLACES.take().is_some());
    }

    #[tokio::test]
    async fn a_function_that_waits_runs_elsewhere_and_its_panic_comes_back() {
        let here = std::thread::current().id();
        assert_ne!(blocking(|| std::thread::current().id()).await, Ok(here));
        let fool = tokio::spawn(blocking(|| -> u8 { panic!("asked for") }));
        assert!(fool.await.is_err_and(|error| error.is_panic()));
        assert_eq!(blocking(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn who_has_no_place_does_not_wait() {
        static PLACES: Places = Places::new(1);
        let place = PLACES.take();
        assert_eq!(within(&PLACES, || 7).await, Err(Rejection::Busy));
        drop(place);
        assert_eq!(within(&PLACES, || 7).await, Ok(7));
        assert!(PLACES.take().is_some());
    }
}
