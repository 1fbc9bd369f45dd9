//! The clock by which cached things grow old: milliseconds, read without a system call.
//!
//! The coarse clock of Linux lags by at most one tick of the kernel (10 ms) and costs a
//! quarter of the precise one, which matters where a whole answer costs a microsecond.

/// A moment or a span, in milliseconds.
pub(crate) type Millis = u64;

/// How far the clock may lag, in milliseconds.
pub(crate) const LAG: Millis = 10;

/// The time since some fixed moment.
pub(crate) fn now() -> Millis {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::MonotonicCoarse;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(clock);
    time.tv_sec as u64 * 1_000 + time.tv_nsec as u64 / 1_000_000
}
