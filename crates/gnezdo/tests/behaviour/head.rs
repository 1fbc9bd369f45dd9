//! HEAD is GET without the content, for every kind of answer. RFC 9110 §9.3.2.

use crate::support::{Answer, everywhere};

/// The head without what differs from one answer to the next.
fn lines(answer: &Answer) -> Vec<&str> {
    let differs = |line: &&str| line.starts_with("date:") || line.starts_with("x-request-id:");
    answer.head.lines().filter(|line| !differs(line)).collect()
}

#[test]
fn the_heads_are_equal_and_the_connection_goes_on() {
    let file = std::env::temp_dir().join(format!("gnezdo-head-{}", std::process::id()));
    std::fs::write(&file, vec![b'f'; 200_000]).unwrap();
    everywhere(|setup| {
        let target = setup.start(&["--file", file.to_str().unwrap()]);
        let mut client = target.connect();
        for path in [
            "/",
            "/echo",
            "/later",
            "/bytes/0",
            "/bytes/10",
            "/bytes/100000",
            "/file",
            "/stream/3",
            "/stream/sized/3",
            "/stream/later/3",
            "/stream/trailers/3",
            "/empty",
            "/not-modified",
            "/nowhere",
            "/panic",
        ] {
            let get = client.get(path);
            let head = client.request("HEAD", path).answer_to_head();
            assert_eq!(lines(&head), lines(&get), "{path}");
        }
        assert_eq!(client.get("/").text(), "OK");
    });
    std::fs::remove_file(&file).unwrap();
}
