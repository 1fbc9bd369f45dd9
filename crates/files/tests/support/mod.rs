//! A folder on the disk, the service over it, and answers read to their end.

#![allow(dead_code)] // Each test file uses its part.

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, SystemTime};

use gnezdo_core::{Body, FieldLines, Glance, Reply, Request, Response, Service};
use gnezdo_files::{Builder, Files};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use tempfile::TempDir;

/// A folder that goes away with the test.
pub(crate) struct Site(TempDir);

impl Site {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        fs::create_dir(site.root()).unwrap();
        for (path, content) in files {
            site.write(path, content);
        }
        site
    }

    /// The root; what lies beside it in its parent is out of bounds.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file whose last change lies some time back, as that of most files.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        set_modified(&path, SystemTime::now() - Duration::from_secs(3600));
    }

    /// A service that looks at the disk each time.
    pub(crate) fn builder(&self) -> Builder {
        Files::builder(self.root()).stale_max(Duration::ZERO)
    }

    pub(crate) fn files(&self) -> Files {
        self.builder().build().unwrap()
    }
}

pub(crate) fn set_modified(path: &Path, time: SystemTime) {
    fs::File::open(path).unwrap().set_modified(time).unwrap();
}

/// An answer, read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What the body said of its length before it was read.
    pub(crate) promised: Option<u64>,
    /// Whether the body broke off.
    pub(crate) is_broken: bool,
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) fn request(method: &str, target: &str, fields: &[(&str, &str)]) -> Request {
    let mut request = http::Request::builder().method(method).uri(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

pub(crate) fn get(files: &Files, target: &str) -> Answer {
    get_with(files, target, &[])
}

pub(crate) fn get_with(files: &Files, target: &str, fields: &[(&str, &str)]) -> Answer {
    send(files, "GET", target, fields)
}

/// The answer to a request that was made; an answer at a glance must be the same.
pub(crate) fn send(files: &Files, method: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q)));
    let (known, lines) = (method.parse().unwrap(), Lines(fields));
    let glanced = files.glance(Glance::new(&known, path, query, &lines)).map(read);
    let answer = read(files.call(request(method, target, fields)));
    if let Some(glanced) = glanced {
        assert_eq!(glanced, answer, "{method} {target} {fields:?}");
    }
    answer
}

struct Lines<'l>(&'l [(&'l str, &'l str)]);

impl FieldLines for Lines<'_> {
    fn each(&self, see: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let _ = self.0.iter().all(|(name, value)| see(name.as_bytes(), value.as_bytes()));
    }
}

pub(crate) fn read(reply: Reply) -> Answer {
    let response = block_on(reply.into_response());
    let (parts, body) = Response::into_parts(response);
    let promised = body.length();
    let collected = block_on(body.collect());
    let is_broken = collected.is_err();
    let body = collected.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    Answer { status: parts.status, headers: parts.headers, body, promised, is_broken }
}

/// Waits for a future on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
