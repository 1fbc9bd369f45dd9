//! Stories: what a browser sends and a server answers in one connection, block after block.
//!
//! Made of numbers that are the same in every run: a first page, what belongs to it, other pages
//! with cookies and conditions, interfaces with tokens, downloads in ranges, errors.

use crate::support::{Field, Numbers};

const BLOCKS: usize = 24;
const STORIES: u64 = 6;

/// Blocks of requests.
pub(crate) fn requests() -> impl Iterator<Item = Vec<Vec<Field>>> {
    (0..STORIES).map(|seed| story(seed, request))
}

/// Blocks of responses.
pub(crate) fn responses() -> impl Iterator<Item = Vec<Vec<Field>>> {
    (0..STORIES).map(|seed| story(seed + 1000, response))
}

fn story(seed: u64, block: fn(&mut Numbers, &mut List)) -> Vec<Vec<Field>> {
    let mut numbers = Numbers(seed);
    let make = |_| {
        let mut list = List(Vec::new());
        block(&mut numbers, &mut list);
        list.0
    };
    (0..BLOCKS).map(make).collect()
}

struct List(Vec<Field>);

impl List {
    fn add(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.0.push((name.into(), value.as_ref().into()));
    }
}

const AGENTS: [&str; 2] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
     Chrome/139.0.0.0 Safari/537.36",
];

fn request(numbers: &mut Numbers, list: &mut List) {
    let agent = AGENTS[numbers.below(10) / 9];
    list.add(":method", numbers.pick(&["GET", "GET", "GET", "POST", "HEAD", "OPTIONS"]));
    list.add(":scheme", numbers.pick(&["https", "https", "http"]));
    list.add(":authority", numbers.pick(&["www.example.org", "www.example.org", "cdn.example"]));
    list.add(":path", path(numbers));
    list.add("user-agent", agent);
    list.add("accept", numbers.pick(&["*/*", "text/html,application/xhtml+xml;q=0.9", "image/*"]));
    list.add("accept-language", "en-GB,en;q=0.7,de;q=0.3");
    list.add("accept-encoding", numbers.pick(&["gzip, deflate", "gzip, deflate, br, zstd"]));
    if numbers.below(2) == 0 {
        list.add("referer", format!("https://www.example.org{}", path(numbers)));
    }
    if numbers.below(2) == 0 {
        list.add("sec-fetch-dest", numbers.pick(&["document", "image", "script", "empty"]));
        list.add("sec-fetch-mode", numbers.pick(&["navigate", "no-cors", "cors"]));
        list.add("priority", numbers.pick(&["u=0, i", "u=1", "u=5, i", ""]));
    }
    match numbers.below(8) {
        0 => list.add("authorization", format!("Bearer {}", token(numbers, 200))),
        1 => list.add("if-none-match", format!("\"{}\"", token(numbers, 24))),
        2 => list.add("range", format!("bytes={}-", numbers.below(1 << 30))),
        3 => list.add("x-large", vec![b'a' + numbers.below(26) as u8; 900 + numbers.below(4000)]),
        4 => list.add("x-octets", octets(numbers, 60)),
        _ => {}
    }
    for cookie in 0..numbers.below(4) {
        let length = 8 * (1 + cookie * cookie * 20);
        list.add("cookie", format!("c{cookie}={}", token(&mut Numbers(cookie as u64), length)));
    }
}

fn response(numbers: &mut Numbers, list: &mut List) {
    let statuses = ["200", "200", "200", "304", "404", "206", "302", "503", "103", "204"];
    list.add(":status", numbers.pick(&statuses));
    list.add("server", "gnezdo");
    list.add("date", format!("Sat, 21 Nov 2026 06:02:{:02} GMT", numbers.below(4)));
    let types = ["text/html; charset=utf-8", "image/avif", "text/css", "application/json"];
    list.add("content-type", numbers.pick(&types));
    list.add("content-length", numbers.below(1 << 22).to_string());
    list.add("vary", "accept-encoding");
    list.add("cache-control", numbers.pick(&["no-store", "public, max-age=31536000, immutable"]));
    list.add("strict-transport-security", "max-age=63072000; includeSubDomains; preload");
    match numbers.below(8) {
        0 => list.add("location", path(numbers)),
        1 => list.add("etag", format!("W/\"{}\"", token(numbers, 16))),
        2 => list.add("last-modified", "Mon, 21 Oct 2013 20:13:21 GMT"),
        3 => list.add("content-security-policy", "default-src 'self'; ".repeat(numbers.below(400))),
        4 => list.add("x-octets", octets(numbers, 40)),
        5 => list.add("", ""),
        _ => {}
    }
    for _ in 0..numbers.below(3) {
        let value = format!("id={}; Path=/; HttpOnly; SameSite=Lax", token(numbers, 32));
        list.add("set-cookie", value);
    }
    for _ in 0..numbers.below(6) {
        list.add(&format!("x-{}", numbers.below(40)), token(numbers, 12));
    }
}

fn path(numbers: &mut Numbers) -> String {
    match numbers.below(6) {
        0 => "/".into(),
        1 => "/index.html".into(),
        2 => format!("/static/{}.js?v={}", token(numbers, 10), numbers.below(99)),
        3 => format!("/api/v2/items/{}", numbers.below(100_000)),
        4 => format!("/{}", "deep/".repeat(numbers.below(60))),
        _ => format!("/search?q={}%20{}", token(numbers, 5), token(numbers, 7)),
    }
}

fn token(numbers: &mut Numbers, length: usize) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..length).map(|_| digits[numbers.below(digits.len())] as char).collect()
}

fn octets(numbers: &mut Numbers, length: usize) -> Vec<u8> {
    (0..length).map(|_| numbers.below(256) as u8).collect()
}
