//! A socket in the file system instead of a port.

use std::path::PathBuf;

use crate::support::{Client, Setup, everywhere};

fn path(setup: Setup) -> PathBuf {
    std::env::temp_dir().join(format!("gnezdo-{}-{}", std::process::id(), setup.name))
}

#[test]
fn it_serves_like_a_port_and_leaves_no_file() {
    everywhere(|setup| {
        let path = path(setup);
        let address = format!("unix:{}", path.display());
        let mut target = setup.start_at(&["--listen", &address, "--listen", "127.0.0.1:0"]);
        assert_eq!(target.addresses[0], address);
        let mut client = Client::connect_unix(&path);
        for _ in 0..3 {
            assert_eq!(client.get("/").text(), "OK");
            assert_eq!(client.post("/", "nest").text(), "nest");
            assert_eq!(client.get("/bytes/1000000").body.len(), 1_000_000);
        }
        drop(client);
        let mut other = Client::connect(target.addresses[1].parse().unwrap());
        assert_eq!(other.get("/later").text(), "later");
        drop(other);
        target.terminate();
        assert!(target.wait().success());
        assert!(!path.exists());
    });
}
