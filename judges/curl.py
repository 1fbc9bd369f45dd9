"""curl: what one finds out about a server by typing.

Fields, ranges, codings, conditionals, versions, methods, what is refused and how, many at once;
over IPv4, IPv6 and a Unix socket. What does not belong to one version of HTTP is asked again by
HTTP/2, with and without TLS, and by HTTP/1.1 over TLS: every answer has to be the same, field by
field. Each case is a function: `files`, `ranges` and so on; a fault names the architecture, the
way, the case and the options of curl.
"""

import argparse
import gzip
import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import install
import verdict
from gnezdo import ARCHITECTURES, DEFAULT, WWW, Gnezdo, authority

INDEX = (WWW / "index.html").read_bytes()
NUMBERS = (WWW / "samples" / "numbers.txt").read_bytes()

# What curl says when it could not read the answer that it was owed.
OK, HANDSHAKE_REFUSED, CERTIFICATE_REFUSED = 0, 35, 60
UPLOAD_BYTES = 3_000_000
# Well below every deadline of the server.
PROMPT_SECONDS = 2.0


class Way(NamedTuple):
    """A version of HTTP, below it TLS or not."""

    name: str
    options: str
    # As curl tells it.
    version: str
    has_tls: bool = False


HTTP1 = Way("HTTP/1.1", "", "1.1")
HTTP2 = Way("HTTP/2", "--http2-prior-knowledge", "2")
HTTPS2 = Way("HTTP/2 over TLS", "--http2", "2", has_tls=True)
HTTPS1 = Way("HTTP/1.1 over TLS", "--http1.1", "1.1", has_tls=True)
HTTPS2_TLS12 = Way("HTTP/2 over TLS 1.2", "--http2 --tlsv1.2 --tls-max 1.2", "2", has_tls=True)
# Every way and case under the first architecture; under the others, those that differ most.
WAYS = [HTTP2, HTTPS2, HTTPS1, HTTPS2_TLS12]
WAYS_OF_OTHERS = [HTTP2, HTTPS2]

# HTTP/2 has no place for them (RFC 9113 §8.2.2), and Date is another one the next second.
OF_THE_CONNECTION = ["connection", "keep-alive", "transfer-encoding", "upgrade"]
NOT_COMPARED = [*OF_THE_CONNECTION, "date"]


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    curl = install.program("curl", "curl")
    core = [files, ranges, codings, conditionals, uploads]
    shared = [*core, head, methods, listings]
    plain = [versions, refusals, other_protocols, kept_and_parallel, slow_reader, addresses]
    over_tls = [redirected, authorities, versions_of_tls, kept_over_tls]
    for architecture in ARCHITECTURES:
        is_thorough = options.full or architecture == DEFAULT
        ways, again = (WAYS, shared) if is_thorough else (WAYS_OF_OTHERS, core)
        with tempfile.TemporaryDirectory(prefix="judges-") as folder:
            folder = Path(folder)
            asker = Curl(found, curl, options.program, folder)
            listen = ("127.0.0.1:0", f"unix:{folder / 'socket'}")
            listen += ("[::1]:0",) if has_ipv6() else ()
            with Gnezdo(found, options.program, architecture=architecture, listen=listen) as server:
                asker.run([*shared, *plain], server, HTTP1)
                for way in ways:
                    if not way.has_tls:
                        asker.run(again, server, way)
            with Gnezdo(found, options.program, architecture=architecture, tls=True) as server:
                for way in ways:
                    if way.has_tls:
                        asker.run(again, server, way)
                asker.run(over_tls, server, HTTPS2)
    version = subprocess.run([curl, "--version"], capture_output=True, text=True).stdout.split()[1]
    cases = f"{len(shared)} cases in {len(WAYS) + 1} ways and {len(plain + over_tls)} others"
    return f"curl {version}, {cases} under {', '.join(ARCHITECTURES)}"


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        print("this machine has no IPv6 loopback; judging without it")
        return False


@dataclass
class Answer:
    """What curl got. `exit` is its own status, `status` the server's, 0 if there was none."""

    exit: int
    status: int
    version: str
    fields: dict[str, str]
    content: bytes
    seconds: float
    connects: int
    redirects: int

    def essence(self) -> tuple[int, int, dict[str, str]]:
        """What does not depend on the version of HTTP."""
        compared = [name for name in self.fields if name not in NOT_COMPARED]
        fields = {name: self.fields[name].replace(self.boundary, "") for name in compared}
        return self.exit, self.status, fields

    def text(self) -> bytes:
        """The content, without what is chosen at random."""
        return self.content.replace(self.boundary.encode(), b"") if self.boundary else self.content

    @property
    def boundary(self) -> str:
        """Between the parts of a multipart answer; another one each time."""
        return self.fields.get("content-type", "").partition("boundary=")[2]


class Curl:
    """Runs curl against one server in one way, and checks what it got."""

    def __init__(self, found: verdict.Verdict, curl: str, program: Path, folder: Path) -> None:
        self.found = found
        self.curl = curl
        self.program = program
        self.folder = folder
        self.upload = folder / "upload"
        self.upload.write_bytes(b"gnezdo " * (UPLOAD_BYTES // 7))
        # What was answered over HTTP/1.1, by the case and the number of its question.
        self.answers: dict[tuple[str, int], Answer] = {}

    def run(self, cases: list[Callable[["Curl"], None]], server: Gnezdo, way: Way) -> None:
        self.server = server
        self.url = server.url
        self.way = way
        self.options = way.options.split()
        if way.has_tls:
            self.options += ["--cacert", str(authority(self.program))]
        for case in cases:
            self.questions = 0
            self.case_name = case.__name__
            self.case = f"{server.architecture}, {way.name}, {case.__name__}"
            case(self)

    def get(self, path: str, *options: str, url: str | None = None) -> Answer:
        """Asks in the way of this run; the answer has to be as it was over HTTP/1.1."""
        answer = self.ask(path, *self.options, *options, url=url)
        self.questions += 1
        question = (self.case_name, self.questions)
        first = self.answers.setdefault(question, answer)
        if first is not answer:
            what = " ".join(cut(word) for word in [*options, path])
            self.equal(answer.version, self.way.version, f"the version of {what}")
            self.equal(answer.essence(), first.essence(), f"as over HTTP/1.1: {what}")
            # Of HEAD, curl gives the fields as content.
            same = "--head" in options or answer.text() == first.text()
            self.check(same, f"content as over HTTP/1.1: {what}", answer.content[:200])
            if self.way.version == "2":
                misplaced = [name for name in OF_THE_CONNECTION if name in answer.fields]
                self.equal(misplaced, [], f"fields of the connection in {what}")
        return answer

    def ask(self, path: str, *options: str, url: str | None = None) -> Answer:
        head, content = self.folder / "head", self.folder / "content"
        for file in [head, content]:
            file.write_bytes(b"")
        command = [self.curl, "--silent", "--noproxy", "*", "--max-time", "20", "--path-as-is"]
        command += ["--globoff", "--dump-header", str(head), "--output", str(content)]
        command += ["--write-out", "%{json}"]
        command += [*options, (self.url if url is None else url) + path]
        done = subprocess.run(command, capture_output=True, text=True)
        told = json.loads(done.stdout.partition("\n")[0])
        return Answer(
            exit=done.returncode,
            status=told["response_code"],
            version=told["http_version"],
            fields=fields_of(head.read_bytes().decode("latin-1")),
            content=content.read_bytes(),
            seconds=told["time_total"],
            connects=told["num_connects"],
            redirects=told["num_redirects"],
        )

    def equal(self, found: object, expected: object, what: str) -> None:
        self.found.equal(found, expected, f"{self.case}: {what}")

    def check(self, holds: bool, what: str, detail: object = "") -> None:
        self.found.check(holds, f"{self.case}: {what}", detail)

    def field(self, answer: Answer, name: str, pattern: str, what: str) -> None:
        value = answer.fields.get(name, "")
        holds = re.fullmatch(pattern, value) is not None
        self.check(holds, f"{name} of {what}", f"{value!r} does not match {pattern}")

    def expect(
        self, path: str, *options: str, status: int = 200, content: bytes | None = None
    ) -> Answer:
        """Asks, and checks that there is an answer with this status, and this content."""
        answer = self.get(path, *options)
        what = " ".join([*(cut(option) for option in options), cut(path)])
        self.equal((answer.exit, answer.status), (OK, status), f"exit and status of {what}")
        if content is not None:
            self.check(answer.content == content, f"content of {what}", answer.content[:200])
        self.check("date" in answer.fields, f"Date of {what}", answer.fields)
        return answer


def cut(word: str) -> str:
    return word if len(word) < 80 else word[:77] + "…"


def fields_of(heads: str) -> dict[str, str]:
    """The fields of the last head, in small letters."""
    last = heads.rstrip("\r\n").rpartition("\r\n\r\n")[2]
    pairs = [line.partition(":") for line in last.split("\r\n")[1:]]
    return {name.lower(): value.strip() for name, _, value in pairs}


def files(curl: Curl) -> None:
    for path in sorted(path for path in WWW.rglob("*") if path.is_file()):
        target = "/" + path.relative_to(WWW).as_posix().replace(" ", "%20")
        answer = curl.expect(target, content=path.read_bytes())
        curl.field(answer, "content-length", str(path.stat().st_size), target)
        curl.field(answer, "etag", r'(W/)?"[!#-~]+"', target)
        curl.field(answer, "accept-ranges", "bytes", target)
        modified = parsedate_to_datetime(answer.fields.get("last-modified", ""))
        curl.equal(int(modified.timestamp()), int(path.stat().st_mtime), f"time of {target}")
    curl.field(curl.expect("/"), "content-type", "text/html; ?charset=utf-8", "/")
    curl.field(curl.expect("/nest.svg"), "content-type", r"image/svg\+xml.*", "/nest.svg")
    curl.field(curl.expect("/style.css"), "content-type", "text/css.*", "/style.css")
    curl.expect("/index.html?query=1&x[y]=%20", content=INDEX)
    curl.expect("/%69ndex.html", content=INDEX)
    curl.expect("/absent", status=404, content=(WWW / "404.html").read_bytes())
    curl.expect("/absent/index.html", status=404)
    curl.expect("/index.html/", status=404)


def head(curl: Curl) -> None:
    for path in ["/", "/samples/numbers.txt", "/samples/", "/samples", "/absent"]:
        for options in [[], ["--compressed"]]:
            of_get = curl.get(path, *options)
            of_head = curl.get(path, "--head", *options)
            what = f"HEAD and GET {' '.join(options)} {path}"
            curl.equal((of_head.exit, of_head.status), (OK, of_get.status), what)
            for answer in [of_get, of_head]:
                answer.fields.pop("date", None)
            curl.equal(of_head.fields, of_get.fields, what)
    # RFC 9110 §14.2: ranges are defined for GET alone.
    curl.expect("/", "--head", "--range", "0-9", status=200)


def ranges(curl: Curl) -> None:
    size, path = len(NUMBERS), "/samples/numbers.txt"
    for text, first, end in [
        ("0-0", 0, 1),
        ("0-99", 0, 100),
        ("1000-1999", 1000, 2000),
        (f"{size - 5}-", size - 5, size),
        ("-100", size - 100, size),
        (f"-{size * 2}", 0, size),
        (f"{size - 10}-{size * 2}", size - 10, size),
    ]:
        for coding in [[], ["--compressed"]]:
            range_of = ["--range", text, *coding]
            answer = curl.expect(path, *range_of, status=206, content=NUMBERS[first:end])
            curl.field(answer, "content-range", f"bytes {first}-{end - 1}/{size}", text)
    answer = curl.expect(path, "--range", "9000000-", status=416)
    curl.field(answer, "content-range", rf"bytes \*/{size}", "9000000-")
    answer = curl.expect(path, "--range", "0-9,100-109,-10", status=206)
    curl.field(answer, "content-type", "multipart/byteranges; ?boundary=.+", "three ranges")
    for first, end in [(0, 10), (100, 110), (size - 10, size)]:
        told = f"content-range: bytes {first}-{end - 1}/{size}\r\n".encode()
        curl.check(told in answer.content.lower(), f"part {first}-{end - 1}", answer.content)
        curl.check(NUMBERS[first:end] in answer.content, f"octets {first}-{end - 1}")
    curl.expect(path, "--header", "Range: lines=1-2", content=NUMBERS)
    curl.expect(path, "--header", "Range: bytes=9-1", content=NUMBERS)
    many = ",".join(f"{start}-{start + 1}" for start in range(0, 4000, 4))
    answer = curl.get(path, "--range", many)
    curl.check(len(answer.content) <= size + 4096, "1000 ranges are no more than the file")
    resumed = curl.folder / "resumed"
    resumed.write_bytes(NUMBERS[: size // 3])
    command = [curl.curl, "--silent", *curl.options, "--continue-at", "-"]
    subprocess.run([*command, "--output", str(resumed), curl.url + path])
    curl.check(resumed.read_bytes() == NUMBERS, "a download is resumed")


def codings(curl: Curl) -> None:
    for path, content in [("/style.css", None), ("/samples/numbers.txt", NUMBERS)]:
        whole = content or (WWW / path[1:]).read_bytes()
        tags = {curl.get(path).fields.get("etag")}
        for coding in ["gzip", "br", "zstd"]:
            asked = ["--header", f"Accept-Encoding: {coding}"]
            answer = curl.expect(path, *asked)
            curl.field(answer, "content-encoding", coding, f"{coding} {path}")
            curl.field(answer, "vary", "(?i).*accept-encoding.*", f"{coding} {path}")
            curl.check(len(answer.content) < len(whole), f"{coding} makes {path} smaller")
            if coding == "gzip":
                curl.equal(gzip.decompress(answer.content) == whole, True, f"gzip of {path}")
            curl.expect(path, "--compressed", *asked, content=whole)
            tags.add(answer.fields.get("etag"))
        curl.equal(len(tags), 4, f"different ETags for {path} and its codings: {tags}")
        curl.expect(path, "--compressed", content=whole)
    for refused in ["gzip;q=0", "identity", "", "*;q=0, identity", "x-unknown", "gzip;q=0.000"]:
        answer = curl.expect("/style.css", "--header", f"Accept-Encoding: {refused}")
        curl.check("content-encoding" not in answer.fields, f"no coding for {refused!r}")
    answer = curl.expect("/style.css", "--header", "Accept-Encoding: gzip;q=0.1, br;q=0, zstd;q=0")
    curl.field(answer, "content-encoding", "gzip", "the only one left")


def conditionals(curl: Curl) -> None:
    first = curl.expect("/index.html")
    tag, date = first.fields["etag"], first.fields["last-modified"]
    for options, status in [
        ([f"If-None-Match: {tag}"], 304),
        ([f'If-None-Match: "other", W/{tag}'], 304),
        (["If-None-Match: *"], 304),
        (['If-None-Match: "other"'], 200),
        (['If-None-Match: "other"', f"If-Modified-Since: {date}"], 200),
        ([f"If-Modified-Since: {date}"], 304),
        (["If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], 200),
        (["If-Modified-Since: yesterday"], 200),
        ([f"If-Match: {tag}"], 200),
        (['If-Match: "other"'], 412),
        (["If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], 412),
        ([f"If-Unmodified-Since: {date}"], 200),
        (["Range: bytes=0-9", f"If-Range: {tag}"], 206),
        (["Range: bytes=0-9", 'If-Range: "other"'], 200),
        (["Range: bytes=0-9", f"If-Range: W/{tag}"], 200),
        (["Range: bytes=0-9", "If-Range: Fri, 01 Jan 2100 00:00:00 GMT"], 200),
    ]:
        headers = [word for option in options for word in ("--header", option)]
        answer = curl.expect("/index.html", *headers, status=status)
        if status == 304:
            curl.equal(answer.content, b"", f"no content with 304 for {options}")
            curl.equal(answer.fields.get("etag"), tag, f"ETag with 304 for {options}")
            curl.check("vary" in answer.fields, f"Vary with 304 for {options}")
    curl.expect("/index.html", "--time-cond", str(WWW / "index.html"), status=304)
    curl.expect("/index.html", "--time-cond", "1 Jan 2000", content=INDEX)
    saved = str(curl.folder / "etag")
    curl.expect("/index.html", "--etag-save", saved)
    curl.expect("/index.html", "--etag-compare", saved, status=304)


def versions(curl: Curl) -> None:
    answer = curl.expect("/index.html", "--http1.0", content=INDEX)
    curl.field(answer, "connection", "(?i)close", "HTTP/1.0")
    keep = ["--http1.0", "--header", "Connection: keep-alive"]
    answer = curl.expect("/index.html", *keep, content=INDEX)
    curl.field(answer, "connection", "(?i)keep-alive", "HTTP/1.0 that asks to be kept")
    answer = curl.expect("/index.html", "--header", "Connection: close", content=INDEX)
    curl.field(answer, "connection", "(?i)close", "Connection: close")
    curl.expect("/index.html", "--request-target", "http://example.org/index.html", content=INDEX)
    # The upgrade of HTTP/1.1 to h2c may be ignored (RFC 9113 §3.1).
    curl.equal(curl.expect("/index.html", "--http2", content=INDEX).version, "1.1", "the version")


def methods(curl: Curl) -> None:
    for method in ["POST", "PUT", "PATCH", "DELETE"]:
        answer = curl.expect("/index.html", "--request", method, status=405)
        curl.field(answer, "allow", "(?=.*GET)(?=.*HEAD).*", method)
    for target in ["/", "*"]:
        options = ["--request", "OPTIONS", "--request-target", target]
        answer = curl.get("/", *options)
        curl.check(answer.status in [200, 204], f"OPTIONS {target}", answer)
        curl.field(answer, "allow", "(?=.*GET)(?=.*HEAD).*", f"OPTIONS {target}")
    for method in ["BREW", "TRACE", "get"]:
        answer = curl.get("/", "--request", method)
        curl.check(answer.status in [400, 405, 501], f"{method} is refused", answer)
    curl.expect("/index.html", "--request", "GET", "--data", "body", content=INDEX)


def uploads(curl: Curl) -> None:
    """A refusal reaches a client that is still sending."""
    body = ["--data-binary", f"@{curl.upload}"]
    file = ["--upload-file", str(curl.upload)]
    chunked = [*body, "--header", "Transfer-Encoding: chunked"]
    no_waiting = ["--header", "Expect:"]
    for options in [body, file, chunked]:
        # curl would wait for ten seconds before it sent the content.
        start = time.monotonic()
        curl.expect("/index.html", "--expect100-timeout", "10", *options, status=405)
        curl.check(time.monotonic() - start < PROMPT_SECONDS, f"a prompt 405 for {options[0]}")
        for _ in range(5):
            curl.expect("/index.html", *no_waiting, *options, status=405)
    curl.expect("/", "--header", "Expect: something-else", status=417)


def listings(curl: Curl) -> None:
    answer = curl.expect("/samples/")
    curl.field(answer, "content-type", "text/html; ?charset=utf-8", "/samples/")
    curl.check(b"two%20words.txt" in answer.content, "a link to two words.txt")
    as_json = ["--header", "Accept: application/json"]
    answer = curl.expect("/samples/", *as_json)
    curl.field(answer, "content-type", "application/json.*", "/samples/ as JSON")
    names = {entry["name"] for entry in json.loads(answer.content)}
    curl.equal(names, {path.name for path in (WWW / "samples").iterdir()}, "names as JSON")
    answer = curl.get("/samples")
    curl.check(answer.status in [301, 308], "/samples leads to its slash", answer)
    curl.field(answer, "location", "/samples/", "/samples")
    curl.field(curl.get("/samples?a=b"), "location", r".*/samples/\?a=b", "/samples?a=b")
    for path in ["//example.org/..", "//example.org/%2e%2e", "//samples", "/\\example.org/.."]:
        location = curl.get(path).fields.get("location", "/")
        curl.check(re.match(r"/(?![/\\])", location) is not None, f"{path} stays here", location)


def refusals(curl: Curl) -> None:
    for status, path, header in [
        (400, "/", "Host:"),
        (400, "/", "Host: a b"),
        (400, "/", "Host: a,b"),
        (400, "/", "Bad Name: x"),
        (400, "/", "Content-Length: +1"),
        (414, "/" + "a" * 20_000, "X: x"),
        (431, "/", "X: " + "x" * 40_000),
    ]:
        answer = curl.get(path, "--header", header)
        curl.equal((answer.exit, answer.status), (OK, status), cut(f"{header} {path}"))
        curl.field(answer, "connection", "(?i)close", f"a refusal with {status}")
        curl.check("date" in answer.fields, f"Date of a refusal with {status}")
        curl.check(bool(answer.content.strip()), f"a refusal with {status} says why")
    many = [word for number in range(200) for word in ("--header", f"X-{number}: x")]
    curl.equal(curl.get("/", *many).status, 431, "200 fields")
    twice = ["--header", "Host: a", "--header", "Host: b"]
    curl.check(curl.get("/", *twice).status in [200, 400], "curl may send one Host of two")
    for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/a%00b", "/%zz", "/%"]:
        answer = curl.get(path)
        curl.check(answer.status in [400, 403, 404], f"{path} is refused", answer)


def other_protocols(curl: Curl) -> None:
    """Who speaks something else is told so, or hears the end, soon."""
    tls = curl.get("/", url=curl.url.replace("http:", "https:"))
    curl.check(tls.exit != OK and tls.seconds < PROMPT_SECONDS, "TLS on a plain port", tls)


def kept_and_parallel(curl: Curl) -> None:
    command = [curl.curl, "--silent", "--write-out", "%{num_connects} ", "--output", "/dev/null"]
    urls = [f"{curl.url}/index.html?{number}" for number in range(20)]
    outputs = [word for url in urls[1:] for word in ("--output", "/dev/null", url)]
    done = subprocess.run([*command, urls[0], *outputs], capture_output=True, text=True)
    # `single` may end a connection at rest when somebody else knocks; here nobody does.
    curl.equal(done.stdout.split(), ["1"] + ["0"] * 19, "one connection for 20 requests")
    parallel = ["--parallel", "--parallel-max", "20", "--write-out", "%{response_code} "]
    command = [curl.curl, "--silent", *parallel, "--output", "/dev/null", urls[0], *outputs]
    done = subprocess.run(command, capture_output=True, text=True)
    curl.equal(done.stdout.split(), ["200"] * 20, "20 requests in parallel")


def slow_reader(curl: Curl) -> None:
    curl.expect("/samples/numbers.txt", "--limit-rate", "1M", content=NUMBERS)


def addresses(curl: Curl) -> None:
    socket = ["--unix-socket", str(curl.folder / "socket")]
    answer = curl.get("/index.html", *socket, url="http://localhost")
    curl.equal((answer.status, answer.content), (200, INDEX), "over a Unix socket")
    for url in curl.server.urls:
        if url.startswith("http://["):
            answer = curl.get("/index.html", url=url)
            curl.equal((answer.status, answer.content), (200, INDEX), f"over {url}")


def redirected(curl: Curl) -> None:
    """Who forgets the s of https is told where to go."""
    plain = curl.url.replace("https:", "http:")
    for path in ["/index.html", "/samples?a=b", "/"]:
        answer = curl.ask(path, "--http1.1", url=plain)
        curl.equal((answer.exit, answer.status), (OK, 308), f"http{path} on the port of TLS")
        curl.equal(answer.fields.get("location"), curl.url + path, f"where http{path} leads")
        curl.field(answer, "connection", "(?i)close", f"http{path} on the port of TLS")
    answer = curl.ask("/index.html", *curl.options, "--location", url=plain)
    curl.equal((answer.exit, answer.status, answer.redirects), (OK, 200, 1), "the way to https")
    curl.equal((answer.version, answer.content), ("2", INDEX), "the end of that way")
    upload = ["--http1.1", "--data-binary", f"@{curl.upload}", "--header", "Expect:"]
    answer = curl.ask("/index.html", *upload, url=plain)
    curl.equal((answer.exit, answer.status), (OK, 308), "http with content on the port of TLS")
    answer = curl.ask("/", "--http2-prior-knowledge", url=plain)
    curl.check(answer.seconds < PROMPT_SECONDS, "HTTP/2 without TLS on the port of TLS", answer)


def authorities(curl: Curl) -> None:
    """The certificate is good for these names, by this authority, and for nothing else."""
    other = authority(curl.program, "--dir", str(curl.folder / "other"))
    for what, options in [("no authority", []), ("another authority", ["--cacert", str(other)])]:
        curl.equal(curl.ask("/", *options).exit, CERTIFICATE_REFUSED, what)
    for name, exit in [("localhost", OK), ("nest.example", CERTIFICATE_REFUSED)]:
        port = curl.server.port
        here = ["--resolve", f"{name}:{port}:127.0.0.1"]
        answer = curl.ask("/", *curl.options, *here, url=f"https://{name}:{port}")
        curl.equal(answer.exit, exit, f"the name {name}")


def versions_of_tls(curl: Curl) -> None:
    trust = ["--cacert", str(authority(curl.program))]
    for version in ["1.2", "1.3"]:
        for http, told in [("--http2", "2"), ("--http1.1", "1.1"), ("--no-alpn", "1.1")]:
            only = [f"--tlsv{version}", "--tls-max", version, http]
            answer = curl.ask("/index.html", *trust, *only)
            curl.equal((answer.exit, answer.content), (OK, INDEX), f"TLS {version} {http}")
            curl.equal(answer.version, told, f"the version over TLS {version} {http}")
    # OpenSSL itself speaks it no more unless its level of security is 0.
    old = ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"]
    curl.equal(curl.ask("/", *trust, *old).exit, HANDSHAKE_REFUSED, "TLS 1.1")


def kept_over_tls(curl: Curl) -> None:
    """Twenty requests, one after another and all at once, on one connection."""
    urls = [f"{curl.url}/index.html?{number}" for number in range(20)]
    outputs = [word for url in urls for word in ("--output", "/dev/null", url)]
    told = ["--write-out", "%{http_version} %{response_code} %{num_connects}\n"]
    for how in [[], ["--parallel", "--parallel-max", "20"]]:
        command = [curl.curl, "--silent", *curl.options, *told, *how, *outputs]
        lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        curl.equal([line[:5] for line in lines], ["2 200"] * 20, f"20 requests {how}")
        curl.equal(sum(int(line.split()[2]) for line in lines), 1, f"one connection {how}")


if __name__ == "__main__":
    verdict.run(__doc__, judge)
