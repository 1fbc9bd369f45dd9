//! A folder as a page: one column on a phone, three on a desk, dark where people like it so.
//!
//! No script, and nothing from elsewhere. All links are relative, so that the page works
//! wherever it is mounted, and start with `./`, so that no name is taken for a scheme.

use std::fmt::Write;

use gnezdo_core::escape;

use super::{ITEMS_MAX, Item, Kind, Listing, date};
use crate::path::{SafePath, percent_encode};

pub(super) fn write(listing: &Listing<'_>) -> String {
    let mut out = String::with_capacity(4 * 1024 + 400 * listing.items.len());
    let title = format!("/{}", String::from_utf8_lossy(listing.path.as_bytes()));
    out.push_str(START);
    out.push_str("<title>");
    out.push_str(&escape(&title));
    out.push_str("</title>\n<style>\n");
    out.push_str(STYLE);
    out.push_str("</style>\n");
    out.push_str(ICONS);
    out.push_str("<main>\n");
    write_crumbs(listing.path, &mut out);
    write_table(listing, &mut out);
    write_summary(listing, &mut out);
    out.push_str("</main>\n</html>\n");
    out
}

fn write_crumbs(path: &SafePath, out: &mut String) {
    let names: Vec<_> = path.names().collect();
    out.push_str("<nav aria-label=\"Folders\"><h1>");
    for depth in 0..=names.len() {
        let name = match depth {
            0 => "root".into(),
            depth => String::from_utf8_lossy(names[depth - 1]),
        };
        match names.len() - depth {
            0 => out.push_str("<span>"),
            up => drop(write!(out, "<a href=\"{}\">", "../".repeat(up))),
        }
        out.push_str(&escape(&name));
        out.push_str(if depth == names.len() { "</span>" } else { "</a> <i>/</i> " });
    }
    out.push_str("</h1></nav>\n");
}

fn write_table(listing: &Listing<'_>, out: &mut String) {
    out.push_str("<table>\n<thead><tr><th>Name<th>Size<th>Modified (UTC)</thead>\n<tbody>\n");
    if !listing.path.as_bytes().is_empty() {
        out.push_str(PARENT);
    }
    for item in &listing.items {
        write_row(item, out);
    }
    out.push_str("</tbody>\n</table>\n");
}

fn write_row(item: &Item, out: &mut String) {
    let (icon, slash) = match item.kind {
        Kind::Folder => ("folder", "/"),
        Kind::File(_) => ("file", ""),
    };
    let mut href = String::with_capacity(item.name.len() + 3);
    percent_encode(&item.name, &mut href);
    out.push_str("<tr><td><a href=\"./");
    out.push_str(&escape(&href));
    // Writing to a string cannot fail.
    let _ = write!(out, "{slash}\"><svg><use href=\"#{icon}\"/></svg><bdi>");
    out.push_str(&escape(&String::from_utf8_lossy(&item.name)));
    let _ = write!(out, "{slash}</bdi></a><td>");
    if let Kind::File(length) = item.kind {
        out.push_str(&human_size(length));
    }
    let time = date::rfc3339(item.modified);
    let shown = time.get(..16).unwrap_or(&time).replace('T', " ");
    let _ = writeln!(out, "<td><time datetime=\"{time}\">{shown}</time>");
}

fn write_summary(listing: &Listing<'_>, out: &mut String) {
    let folders = listing.items.iter().filter(|item| item.kind == Kind::Folder).count();
    let files = listing.items.len() - folders;
    let _ = write!(out, "<p>{}, {}", plural(folders, "folder"), plural(files, "file"));
    if listing.is_truncated {
        let _ = write!(out, ". There are more: only {ITEMS_MAX} names are shown");
    }
    out.push_str("</p>\n");
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A length in the largest unit that leaves it above one, with one decimal.
fn human_size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    // 1023.95 would be written as 1024.0.
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

const START: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";

const ICONS: &str = "<svg hidden>\n\
<symbol id=\"folder\" viewBox=\"0 0 16 16\"><path fill=\"currentColor\" \
d=\"M1.5 3a1 1 0 0 1 1-1h3.6l1.6 1.8h5.8a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1z\"/>\
</symbol>\n\
<symbol id=\"file\" viewBox=\"0 0 16 16\"><path fill=\"none\" stroke=\"currentColor\" \
stroke-width=\"1.2\" stroke-linejoin=\"round\" \
d=\"M3.5 1.6h5.6l3.4 3.5v9.3h-9zM9 1.8v3.4h3.3\"/></symbol>\n\
<symbol id=\"up\" viewBox=\"0 0 16 16\"><path fill=\"none\" stroke=\"currentColor\" \
stroke-width=\"1.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
d=\"M3.5 7.5 8 3l4.5 4.5M8 3.2V13\"/></symbol>\n</svg>\n";

const PARENT: &str = "<tr><td><a href=\"../\"><svg><use href=\"#up\"/></svg>Parent folder</a>\
<td><td>\n";

pub(crate) const STYLE: &str = "\
:root { color-scheme: light dark; --line: #8883; --soft: #6b6b6b; --accent: #a15c12 }
@media (prefers-color-scheme: dark) { :root { --soft: #9c9c9c; --accent: #e8a657 } }
* { box-sizing: border-box }
[hidden] { display: none }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { margin: 0 0 1rem; font-size: 1.25rem; font-weight: 600; overflow-wrap: anywhere }
h1 i { color: var(--soft); font-style: normal; font-weight: 400 }
a { color: inherit; text-decoration: none }
h1 a { color: var(--accent) }
h1 a:hover, td a:hover { text-decoration: underline }
table { width: 100%; border-collapse: collapse }
th { text-align: left; font-size: .8rem; font-weight: 500; color: var(--soft) }
th, td { border-bottom: 1px solid var(--line); padding: 0 .5rem; vertical-align: middle }
th:not(:first-child), td:not(:first-child) { width: 1%; white-space: nowrap; text-align: right;
  font-variant-numeric: tabular-nums }
td:not(:first-child) { color: var(--soft); font-size: .875rem }
td:first-child, th:first-child { padding-left: 0 }
td a { display: flex; align-items: center; gap: .6rem; padding: .5rem 0;
  overflow-wrap: anywhere }
tbody tr:hover { background: #8881 }
td svg { flex: none; width: 1.1rem; height: 1.1rem; color: var(--accent) }
p { color: var(--soft); font-size: .875rem }
@media (max-width: 36rem) { th:last-child, td:last-child { display: none } }
";

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, names: &[&[u8]]) -> String {
        let path = SafePath::decode(path.as_bytes()).unwrap();
        let item = |name: &&[u8]| Item { name: name.to_vec(), kind: Kind::File(1), modified: 0 };
        let items = names.iter().map(item).collect();
        write(&Listing { path: &path, items, is_truncated: false })
    }

    #[test]
    fn names_are_text_and_links_stay_in_the_folder() {
        let cases: [(&[u8], &str, &str); 7] = [
            (b"javascript:alert(1)", "./javascript:alert(1)", "javascript:alert(1)"),
            (b"\"><script>", "./%22%3E%3Cscript%3E", "&quot;&gt;&lt;script&gt;"),
            (b"a&copy=1", "./a&amp;copy=1", "a&amp;copy=1"),
            (b"a b?c#d%41", "./a%20b%3Fc%23d%2541", "a b?c#d%41"),
            (b"it's", "./it&#39;s", "it&#39;s"),
            (b"\\\\host", "./%5C%5Chost", "\\\\host"),
            (b"\xff", "./%FF", "\u{fffd}"),
        ];
        for (name, href, text) in cases {
            let page = page("/", &[name]);
            assert!(page.contains(&format!("<a href=\"{href}\">")), "{page}");
            assert!(page.contains(&format!("<bdi>{text}</bdi>")), "{page}");
        }
    }

    #[test]
    fn the_path_is_a_row_of_links_upwards() {
        let page = page("/a%3Cb/c/", &[]);
        assert!(page.contains("<a href=\"../../\">root</a> <i>/</i> <a href=\"../\">a&lt;b</a>"));
        assert!(page.contains("<span>c</span>"));
        assert!(page.contains("<title>/a&lt;b/c</title>"));
    }

    #[test]
    fn sizes_are_for_people() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1_048_575, "1.0 MiB"),
            (1_048_576, "1.0 MiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(human_size(bytes), expected);
        }
    }
}
