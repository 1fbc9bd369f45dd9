"""wget: mirrors what is served, and every file has to be the same, octet for octet, as on the disk.

Three crawls. The documentation that comes with Rust (`rustup component add rust-docs`), which
nobody here wrote: a part of it, or with --full all of its 50,000 files. The same with gzip. And
folders without an index whose names hold all that is difficult in a URL, by their listings alone:
there, nothing may be missed. A second crawl of each has to find everything unchanged (304).
"""

import argparse
import itertools
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

import install
import verdict
from gnezdo import WWW, Gnezdo

# wget ends with 8 when the server answered an error, such as 404; those are looked at one by one.
STATUS_OK, STATUS_SERVER_ERROR = 0, 8

# Not among them: `%41`, whose URL `%2541` wget decodes twice when it chooses a name.
AWKWARD_NAMES = [
    "two words",
    "100%",
    "what?",
    "a#b",
    "a&b",
    "a+b",
    "a=b;c",
    "it's",
    '"quoted"',
    "<angled>",
    "back\\slash",
    "C:drive",
    "mailto:x",
    "-dash",
    "~tilde",
    "[1]{2}|3^4`5",
    "гнездо",
    "naïve",
    "🪺",
    "e\u0301",
    "\u202eltr",
    "new\nline",
    "tab\tbed",
    "x" * 200,
]
# Not UTF-8: a name is a row of octets.
AWKWARD_OCTETS = [b"latin1-caf\xe9"]


class Crawl(NamedTuple):
    name: str
    root: Path
    starts: list[str]
    options: list[str]


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    wget = install.program("wget", "wget")
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        generated = Path(folder).resolve() / "generated"
        generate(generated)
        html = documentation()
        # `rustup component add rust-docs` brings it; its absence is not passed over in silence.
        told = [] if html else ["WITHOUT the Rust documentation, which is not installed"]
        for crawl in crawls(html, generated, options.full):
            with Gnezdo(found, options.program, crawl.root) as server:
                files = Mirror(found, wget, server.url, crawl, Path(folder) / "mirror").judge()
            if crawl.root == generated:
                check_that_all_came(found, files, generated)
            told.append(f"{crawl.name} {len(files)} files")
            print(told[-1], flush=True)
    return "the same on both sides: " + ", ".join(told)


def crawls(documentation: Path | None, generated: Path, is_full: bool) -> Iterator[Crawl]:
    below = ["--no-parent"]
    yield Crawl("listings", generated, ["/"], ["--level=inf"])
    yield Crawl("www", WWW, ["/", "/samples/"], ["--level=inf"])
    if not documentation:
        return
    if is_full:
        yield Crawl("Rust documentation", documentation, ["/index.html"], ["--level=inf"])
        return
    primitives = [
        f"/std/{path.name}" for path in sorted(documentation.glob("std/primitive.*.html"))
    ]
    yield Crawl("std::primitive", documentation, primitives, ["--level=1", "--accept=primitive.*"])
    gzip = ["--level=inf", "--compression=gzip", *below]
    yield Crawl("The Book by gzip", documentation, ["/book/"], gzip)


def documentation() -> Path | None:
    try:
        rustc = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True)
    except OSError:
        return None
    html = Path(rustc.stdout.strip()) / "share/doc/rust/html"
    return html if (html / "index.html").is_file() else None


def generate(root: Path) -> None:
    """Each awkward name as a file, and as a folder with a file."""
    root.mkdir()
    names = [os.fsencode(name) for name in AWKWARD_NAMES] + AWKWARD_OCTETS
    for number, name in enumerate(names):
        content = b"%d " % number * number * 97
        Path(os.fsdecode(os.path.join(os.fsencode(root), name + b".txt"))).write_bytes(content)
        folder = Path(os.fsdecode(os.path.join(os.fsencode(root), name)))
        folder.mkdir()
        (folder / "file.bin").write_bytes(bytes(range(256)) * number)


def check_that_all_came(found: verdict.Verdict, files: list[Path], root: Path) -> None:
    missing = {path.relative_to(root) for path in root.rglob("*") if path.is_file()} - set(files)
    for path in sorted(missing):
        found.add_fault("listings: never reached", os.fsencode(path))
    found.check(not missing, "listings: every file is reached")


class Mirror:
    """What wget has made of a crawl."""

    def __init__(
        self, found: verdict.Verdict, wget: str, url: str, crawl: Crawl, around: Path
    ) -> None:
        self.found = found
        self.wget = wget
        self.url = url
        self.crawl = crawl
        self.folder = around / crawl.name

    def judge(self) -> list[Path]:
        """Crawls twice and compares; the files, relative to the root."""
        self.run_wget([])
        files = list(self.compare())
        self.found.check(bool(files), f"{self.crawl.name}: something came")
        if "--compression=gzip" not in self.crawl.options:
            said = self.run_wget(["--timestamping"])
            again = [line for line in said if "->" in line and not self.is_listing(line)]
            self.found.check(not again, f"{self.crawl.name}: unchanged the second time", again[:5])
        return files

    def run_wget(self, more: list[str]) -> list[str]:
        """The lines that wget writes; each error among them is judged."""
        log = self.folder.with_suffix(".log")
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [self.wget, "--recursive", "--no-host-directories", "--execute=robots=off"]
        # As Unix has names: nothing but NUL and the slash is special.
        command += ["--restrict-file-names=nocontrol", "--no-iri", "--no-verbose", "--tries=1"]
        command += ["--no-proxy", "--timeout=10", f"--directory-prefix={self.folder}"]
        command += [f"--output-file={log}", *self.crawl.options, *more]
        starts = [self.url + quote(start) for start in self.crawl.starts]
        done = subprocess.run(command + starts, capture_output=True)
        said = log.read_text(errors="surrogateescape").splitlines()
        expected = done.returncode in [STATUS_OK, STATUS_SERVER_ERROR]
        self.found.check(expected, f"{self.crawl.name}: the status of wget", done)
        self.judge_errors(said)
        return said

    def judge_errors(self, said: list[str]) -> None:
        """An error is right for what is not on the disk, and for nothing else."""
        for before, line in itertools.pairwise(said):
            if " ERROR " not in line:
                continue
            url = before.rstrip(":")
            is_right = "ERROR 404" in line and not self.on_disk(url).exists()
            self.found.check(is_right, f"{self.crawl.name}: {url}", line)

    def on_disk(self, url: str) -> Path:
        path = os.fsdecode(unquote_to_bytes(urlsplit(url).path))
        return self.crawl.root / path.lstrip("/")

    def is_listing(self, line: str) -> bool:
        url = re.search(r"URL:(\S+)", line)
        return url is not None and self.on_disk(url[1]).is_dir()

    def compare(self) -> Iterator[Path]:
        for copy in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            relative = copy.relative_to(self.folder)
            original = self.original_of(relative)
            if original.is_file():
                self.compare_file(copy, original)
                yield original.relative_to(self.crawl.root)
            else:
                listed = copy.name == "index.html" and original.parent.is_dir()
                self.found.check(listed, f"{self.crawl.name}: from nowhere", os.fsencode(relative))

    def original_of(self, relative: Path) -> Path:
        exact = self.crawl.root / relative
        if exact.is_file():
            return exact
        # wget keeps the query in the name.
        return exact.with_name(exact.name.partition("?")[0])

    def compare_file(self, copy: Path, original: Path) -> None:
        name = f"{self.crawl.name}: {os.fsencode(copy.relative_to(self.folder))!r}"
        same = copy.read_bytes() == original.read_bytes()
        self.found.check(same, f"{name} is not as on the disk")
        # wget sets the time that Last-Modified says.
        seconds = int(copy.stat().st_mtime), int(original.stat().st_mtime)
        self.found.equal(seconds[0], seconds[1], f"{name} has another time")


if __name__ == "__main__":
    verdict.run(__doc__, judge)
