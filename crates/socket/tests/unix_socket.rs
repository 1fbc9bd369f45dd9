//! Unix sockets: the file that is made, found, replaced and removed.

use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use gnezdo_socket::{
    ListenAddress, ListenError, ListenOptions, Listener, LocalAddress, More, Peer, Scheme,
};
use tempfile::TempDir;

fn bind(path: &Path) -> Result<Listener, ListenError> {
    Listener::bind(&ListenAddress::Unix(path.to_owned()), &ListenOptions::default())
}

/// A folder of its own, and the path of a socket in it.
fn socket_path() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nest.sock");
    (folder, path)
}

#[test]
fn a_client_connects_and_is_a_unix_peer() {
    let (_folder, path) = socket_path();
    let listener = bind(&path).unwrap();
    assert_eq!(*listener.local_address(), LocalAddress::Unix(path.clone()));
    assert_eq!(listener.urls(Scheme::Http), [format!("unix:{}", path.display())]);

    let mut client = UnixStream::connect(&path).unwrap();
    let (stream, peer) = listener.accept().unwrap();
    assert_eq!(peer, Peer::Unix);
    stream.send(b"hello", More::Nothing).unwrap();
    drop(stream);
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "hello");
}

#[test]
fn the_file_goes_with_the_listener_that_made_it_not_with_its_clones() {
    let (_folder, path) = socket_path();
    let listener = bind(&path).unwrap();
    drop(listener.try_clone().unwrap());
    assert!(path.exists());
    drop(listener);
    assert!(!path.exists());
}

#[test]
fn the_file_stays_if_asked() {
    let (_folder, path) = socket_path();
    let mut listener = bind(&path).unwrap();
    listener.keep_file();
    drop(listener);
    assert!(path.exists());
}

#[test]
fn the_file_of_a_successor_is_left_alone() {
    let (_folder, path) = socket_path();
    let listener = bind(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let _successor = UnixListener::bind(&path).unwrap();
    drop(listener);
    assert!(path.exists());
}

#[test]
fn a_stale_file_is_replaced() {
    let (_folder, path) = socket_path();
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let listener = bind(&path).unwrap();
    UnixStream::connect(&path).unwrap();
    assert!(listener.accept().is_ok());
}

#[test]
fn a_living_socket_is_in_use() {
    let (_folder, path) = socket_path();
    let first = bind(&path).unwrap();
    let error = bind(&path).unwrap_err();
    assert!(matches!(error, ListenError::AddressInUse { .. }), "{error}");
    drop(first);

    let _other_kind = UnixDatagram::bind(&path).unwrap();
    let error = bind(&path).unwrap_err();
    assert!(matches!(error, ListenError::AddressInUse { .. }), "{error}");
}

#[test]
fn a_living_socket_with_a_full_backlog_is_in_use() {
    let (_folder, path) = socket_path();
    let options = ListenOptions { backlog: 0, ..Default::default() };
    let address = ListenAddress::Unix(path.clone());
    let _busy = Listener::bind(&address, &options).unwrap();
    let _waiting = UnixStream::connect(&path).unwrap();
    let error = bind(&path).unwrap_err();
    assert!(matches!(error, ListenError::AddressInUse { .. }), "{error}");
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let (folder, path) = socket_path();
    fs::write(&path, "precious").unwrap();
    let error = bind(&path).unwrap_err();
    assert!(matches!(error, ListenError::PathOccupied { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert!(matches!(bind(folder.path()), Err(ListenError::PathOccupied { .. })));

    // A link is no socket, wherever it leads.
    let link = folder.path().join("link.sock");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    assert!(matches!(bind(&link), Err(ListenError::PathOccupied { .. })));
}

#[test]
fn a_missing_folder_is_named() {
    let (folder, path) = socket_path();
    let error = bind(&folder.path().join("none/nest.sock")).unwrap_err();
    assert!(matches!(error, ListenError::FolderMissing { .. }), "{error}");

    fs::write(&path, "").unwrap();
    let error = bind(&path.join("nest.sock")).unwrap_err();
    assert!(matches!(error, ListenError::FolderMissing { .. }), "{error}");
}

#[test]
fn a_path_is_bounded() {
    let folder = tempfile::Builder::new().prefix("n").tempdir_in("/tmp").unwrap();
    let error = bind(&folder.path().join("x".repeat(200))).unwrap_err();
    let ListenError::PathTooLong { bytes_max, .. } = error else { panic!("{error}") };

    let room = bytes_max - folder.path().as_os_str().len() - 1;
    let longest = folder.path().join("x".repeat(room));
    let listener = bind(&longest).unwrap();
    UnixStream::connect(&longest).unwrap();
    drop(listener);
    let too_long = folder.path().join("x".repeat(room + 1));
    assert!(matches!(bind(&too_long), Err(ListenError::PathTooLong { .. })));
}

#[test]
fn a_path_that_means_another_kind_of_name_is_refused() {
    for bytes in [&b""[..], b"\0abstract", b"a\0b"] {
        let path = PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec()));
        assert!(matches!(bind(&path), Err(ListenError::Other { .. })), "{bytes:?}");
    }
}
