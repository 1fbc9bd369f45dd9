//! The thread that writes the access log, and the way to it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use gnezdo_core::Now;

use super::format::LogFormat;
use super::record::Record;

/// How many buffers may be under way. Each holds the lines of one turn of a loop.
const BUFFERS_MAX: usize = 1024;

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
    sink: Option<LogSink>,
    thread: Option<JoinHandle<()>>,
}

/// A thread's way to the writer.
#[derive(Clone, Debug)]
pub(crate) struct LogSink {
    sender: SyncSender<Vec<u8>>,
    format: LogFormat,
    dropped_lines: Arc<AtomicU64>,
}

/// Lines of one thread that have not been handed on.
#[derive(Debug)]
pub(crate) struct LogBuffer {
    sink: LogSink,
    lines: Vec<u8>,
    line_count: u64,
}

impl LogWriter {
    /// Opens the log and starts its thread.
    ///
    /// # Errors
    /// What opening the file gave.
    pub(crate) fn start(format: LogFormat, target: LogTarget) -> io::Result<Self> {
        let output = Output::open(target)?;
        let (sender, receiver) = sync_channel(BUFFERS_MAX);
        let dropped_lines = Arc::new(AtomicU64::new(0));
        let dropped = dropped_lines.clone();
        let thread = std::thread::Builder::new()
            .name("access-log".into())
            .spawn(move || write_all(&receiver, output, &dropped))?;
        let sink = LogSink { sender, format, dropped_lines };
        Ok(Self { sink: Some(sink), thread: Some(thread) })
    }

    pub(crate) fn sink(&self) -> Option<LogSink> {
        self.sink.clone()
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        // The thread ends when the last sender is gone and all that was sent is written.
        self.sink = None;
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
    pub(crate) fn write(&mut self, now: &Now, record: &Record) {
        self.sink.format.write(record, now, &mut self.lines);
        self.line_count += 1;
    }

    /// Hands the lines on. If the writer is too far behind they are dropped, and counted.
    pub(crate) fn flush(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let next = Vec::with_capacity(self.lines.len());
        let lines = std::mem::replace(&mut self.lines, next);
        let line_count = std::mem::take(&mut self.line_count);
        if let Err(TrySendError::Full(_)) = self.sink.sender.try_send(lines) {
            self.sink.dropped_lines.fetch_add(line_count, Ordering::Relaxed);
        }
    }
}

impl Drop for LogBuffer {
    fn drop(&mut self) {
        self.flush();
    }
}

fn write_all(receiver: &Receiver<Vec<u8>>, mut output: Output, dropped: &AtomicU64) {
    loop {
        match receiver.recv_timeout(ROTATION_CHECK) {
            Ok(lines) => {
                output.write(&lines);
                report_dropped(dropped);
            }
            Err(RecvTimeoutError::Timeout) => output.reopen_if_moved(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn report_dropped(dropped: &AtomicU64) {
    let count = dropped.swap(0, Ordering::Relaxed);
    if count > 0 {
        complain(&format!(
            "{count} lines of the access log were dropped: it is written too slowly"
        ));
    }
}

/// Says it where people look; a closed standard error is no reason to fail.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "gnezdo: {text}");
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
