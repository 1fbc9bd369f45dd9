//! The thread that writes the access log, and the way to it.
//!
//! Lines gather in one queue, bounded by its octets; the thread takes all of them at once. It
//! pauses between two writes, so that under load a write has many lines and nobody is woken
//! for each.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::format::LogFormat;
use super::record::Record;
use gnezdo_core::complain;

/// How many octets of lines may wait to be written: some 80,000 lines.
const QUEUE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How long lines gather after a write, unless they are [`GATHERED_BYTES`] earlier.
const GATHER_TIME: Duration = Duration::from_millis(10);

const GATHERED_BYTES: usize = 256 * 1024;

/// How often the writer looks whether its file was moved away (log rotation).
const ROTATION_CHECK: Duration = Duration::from_secs(1);

/// Where the access log goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTarget {
    /// The standard output.
    Stdout,
    /// The end of a file, which is made if it is missing. A file that is renamed or removed
    /// under way is opened anew within a second, so that `logrotate` needs no signal.
    File(PathBuf),
}

/// The access log of a process. Dropping it writes what is under way.
#[derive(Debug)]
pub(crate) struct LogWriter {
    sink: LogSink,
    thread: Option<JoinHandle<()>>,
}

/// A thread's way to the writer.
#[derive(Clone, Debug)]
pub(crate) struct LogSink {
    queue: Arc<Queue>,
    format: LogFormat,
}

/// Lines of one thread that have not been handed on.
#[derive(Debug)]
pub(crate) struct LogBuffer {
    sink: LogSink,
    lines: Vec<u8>,
    line_count: u64,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Waiting {
    lines: Vec<u8>,
    /// Lines that found no room.
    dropped_lines: u64,
    /// Nobody hands on lines any more.
    is_last: bool,
}

impl LogWriter {
    /// Opens the log and starts its thread.
    ///
    /// # Errors
    /// What opening the file gave.
    pub(crate) fn start(format: LogFormat, target: LogTarget) -> io::Result<Self> {
        let output = Output::open(target)?;
        let sink = LogSink { queue: Arc::default(), format };
        let queue = sink.queue.clone();
        let thread = std::thread::Builder::new()
            .name("access-log".into())
            .spawn(move || write_all(&queue, output))?;
        Ok(Self { sink, thread: Some(thread) })
    }

    pub(crate) fn sink(&self) -> Option<LogSink> {
        Some(self.sink.clone())
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.sink.queue.waiting().is_last = true;
        self.sink.queue.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl LogSink {
    pub(crate) fn buffer(&self) -> LogBuffer {
        LogBuffer { sink: self.clone(), lines: Vec::new(), line_count: 0 }
    }
}

impl LogBuffer {
    pub(crate) fn write(&mut self, record: &Record) {
        self.sink.format.write(record, &mut self.lines);
        self.line_count += 1;
    }

    /// Hands the lines on. If the writer is too far behind they are dropped, and counted.
    pub(crate) fn flush(&mut self) {
        if !self.lines.is_empty() {
            self.sink.queue.put(&self.lines, self.line_count);
            self.lines.clear();
            self.lines.shrink_to(GATHERED_BYTES);
            self.line_count = 0;
        }
    }
}

impl Drop for LogBuffer {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Queue {
    fn put(&self, lines: &[u8], line_count: u64) {
        let mut waiting = self.waiting();
        let before = waiting.lines.len();
        let after = before + lines.len();
        if after > QUEUE_BYTES_MAX {
            waiting.dropped_lines += line_count;
            return;
        }
        waiting.lines.extend_from_slice(lines);
        drop(waiting);
        if before == 0 || (before < GATHERED_BYTES && after >= GATHERED_BYTES) {
            self.changed.notify_one();
        }
    }

    /// Takes all lines, after a moment in which they gather. Without any, waits until it is
    /// time to look after the file.
    fn take(&self, lines: &mut Vec<u8>) -> Taken {
        let is_idle = |waiting: &mut Waiting| waiting.lines.is_empty() && !waiting.is_last;
        let gathers =
            |waiting: &mut Waiting| waiting.lines.len() < GATHERED_BYTES && !waiting.is_last;
        let waiting = self.wait_while(self.waiting(), GATHER_TIME, gathers);
        let mut waiting = self.wait_while(waiting, ROTATION_CHECK, is_idle);
        std::mem::swap(&mut waiting.lines, lines);
        let dropped_lines = std::mem::take(&mut waiting.dropped_lines);
        Taken { dropped_lines, is_last: waiting.is_last }
    }

    fn wait_while<'q>(
        &self,
        waiting: MutexGuard<'q, Waiting>,
        time: Duration,
        condition: impl FnMut(&mut Waiting) -> bool,
    ) -> MutexGuard<'q, Waiting> {
        let result = self.changed.wait_timeout_while(waiting, time, condition);
        result.unwrap_or_else(PoisonError::into_inner).0
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Lines are appended whole, or memory has run out.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was taken besides the lines.
struct Taken {
    dropped_lines: u64,
    is_last: bool,
}

fn write_all(queue: &Queue, mut output: Output) {
    let mut lines = Vec::new();
    let mut checked_at = Instant::now();
    loop {
        let taken = queue.take(&mut lines);
        if checked_at.elapsed() >= ROTATION_CHECK {
            output.reopen_if_moved();
            checked_at = Instant::now();
        }
        output.write(&lines);
        lines.clear();
        lines.shrink_to(GATHERED_BYTES);
        report_dropped(taken.dropped_lines);
        if taken.is_last {
            return;
        }
    }
}

fn report_dropped(count: u64) {
    if count > 0 {
        complain(&format!(
            "{count} lines of the access log were dropped: it is written too slowly"
        ));
    }
}

enum Output {
    Stdout,
    File { path: PathBuf, file: File, has_failed: bool },
}

impl Output {
    fn open(target: LogTarget) -> io::Result<Self> {
        match target {
            LogTarget::Stdout => Ok(Self::Stdout),
            LogTarget::File(path) => {
                let file = append_to(&path)?;
                Ok(Self::File { path, file, has_failed: false })
            }
        }
    }

    fn write(&mut self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        match self {
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                let _ = stdout.write_all(lines).and_then(|()| stdout.flush());
            }
            Self::File { path, file, has_failed } => match file.write_all(lines) {
                Ok(()) => *has_failed = false,
                Err(error) if !*has_failed => {
                    *has_failed = true;
                    complain(&format!(
                        "the access log {} cannot be written: {error}",
                        path.display()
                    ));
                }
                Err(_) => {}
            },
        }
    }

    fn reopen_if_moved(&mut self) {
        if let Self::File { path, file, .. } = self
            && !is_same_file(path, file)
            && let Ok(new) = append_to(path)
        {
            *file = new;
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    File::options().append(true).create(true).open(path)
}

fn is_same_file(path: &Path, file: &File) -> bool {
    match (std::fs::metadata(path), file.metadata()) {
        (Ok(there), Ok(here)) => there.dev() == here.dev() && there.ino() == here.ino(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_on_is_written_in_the_end() {
        let path = std::env::temp_dir().join(format!("gnezdo-writer-{}", std::process::id()));
        let target = LogTarget::File(path.clone());
        let writer = LogWriter::start(LogFormat::Common, target).unwrap();
        // A thread that never ends keeps its way to the writer.
        let sink = writer.sink().unwrap();
        for _ in 0..1_000 {
            sink.queue.put(b"line\n", 1);
        }
        drop(writer);
        let lines = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(lines, b"line\n".repeat(1_000));
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let queue = Queue::default();
        let half = vec![b'x'; QUEUE_BYTES_MAX / 2];
        for _ in 0..3 {
            queue.put(&half, 7);
        }
        let mut lines = Vec::new();
        let taken = queue.take(&mut lines);
        assert_eq!((lines.len(), taken.dropped_lines), (QUEUE_BYTES_MAX, 7));
    }
}
