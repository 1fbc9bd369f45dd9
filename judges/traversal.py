"""Traversal: the lists of Debian's wfuzz, 2,600 ways of asking for a file outside of the root.

The root is the innermost of nested folders; each folder around it holds a secret, as does a
sibling whose name begins with the root's. Each line of the lists is sent raw, sixteen requests in
one go: as it stands, below `/`, below a folder that exists, and as an absolute URL. No answer may
hold a secret or the system's list of users, each has to be well-formed, and no redirect may lead
to another host. A sample of them is sent as `:path` of HTTP/2, too, where a refusal may also be the
reset of a stream.
"""

import argparse
import itertools
import json
import re
import secrets
import socket
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import install
import verdict
from answers import Answer, Malformed, read_answer
from gnezdo import CONCURRENT, Gnezdo

WORDLISTS = Path("/usr/share/wfuzz/wordlist")
LISTS = [
    "Injections/Traversal.txt",
    "vulns/dirTraversal.txt",
    "vulns/dirTraversal-nix.txt",
    "vulns/dirTraversal-win.txt",
]
# The lists climb at most so far by relative paths.
FOLDERS_ABOVE = 12
SECRET_NAME = "secret.txt"
USERS = b"root:x:"

OVER_HTTP2 = Path(__file__).resolve().parent / "clients" / "targets_h2.py"
# Every so many of them.
HTTP2_SAMPLE = 10

PIPELINED = 16
SECONDS_MAX = 10


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    install.folder(WORDLISTS, "wfuzz")
    targets = sorted(set(all_targets()))
    secret = secrets.token_hex(16).encode()
    statuses: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        root = build_root(Path(folder).resolve(), secret)
        for architecture in CONCURRENT:
            for more in [[], ["--follow-symlinks", "--hidden"]] if options.full else [[]]:
                server = Gnezdo(found, options.program, root, *more, architecture=architecture)
                with server:
                    attack = Attack(found, server, secret)
                    statuses += attack.send_all(targets)
                    sample = targets[:: 1 if options.full else HTTP2_SAMPLE]
                    attack.send_over_http2([b"/control.txt", *sample])
    told = ", ".join(f"{count} × {status}" for status, count in statuses.most_common())
    sample = f"{len(targets)} targets, and a part of them over HTTP/2,"
    return f"{sample} under each of {', '.join(CONCURRENT)}: {told}"


def all_targets() -> Iterator[bytes]:
    for line in all_lines():
        for path in with_names(line):
            below = b"/" + path.lstrip(b"/")
            yield path
            yield below
            yield b"/folder" + below
            yield b"http://localhost" + below


def all_lines() -> Iterator[bytes]:
    for name in LISTS:
        for line in (WORDLISTS / name).read_bytes().splitlines():
            if line.strip() and not line.startswith(b"#"):
                yield line.strip()


def with_names(line: bytes) -> Iterator[bytes]:
    """The line, and the same way to our own secret."""
    secret = SECRET_NAME.encode()
    if b"{FILE}" in line:
        yield line.replace(b"{FILE}", secret)
        yield line.replace(b"{FILE}", b"etc/passwd")
        return
    yield line
    for name in [b"etc/passwd", b"boot.ini", b"etc/hosts"]:
        if name in line:
            yield line.replace(name, secret)


def build_root(outermost: Path, secret: bytes) -> Path:
    above = [outermost.joinpath(*["above"] * depth) for depth in range(FOLDERS_ABOVE)]
    above[-1].mkdir(parents=True)
    root = above[-1] / "root"
    for folder in [*above, above[-1] / "root-sibling"]:
        folder.mkdir(exist_ok=True)
        (folder / SECRET_NAME).write_bytes(secret)
    (root / "folder").mkdir(parents=True)
    (root / "index.html").write_text("<p>inside\n")
    (root / "folder" / "page.html").write_text("<p>inside, too\n")
    # What the judge would see if a secret came out.
    (root / "control.txt").write_bytes(secret)
    return root


class Attack:
    """All targets, against one server."""

    def __init__(self, found: verdict.Verdict, server: Gnezdo, secret: bytes) -> None:
        self.found = found
        self.server = server
        self.secret = secret

    def send_all(self, targets: list[bytes]) -> Counter[str]:
        [control] = self.exchange([b"/control.txt"])
        self.found.check(self.leaks(control), "the judge sees a secret when there is one")
        statuses: Counter[str] = Counter()
        with ThreadPoolExecutor(4) as at_once:
            for batch, answers in at_once.map(self.send_batch, batches(targets)):
                for target, answer in zip(batch, answers, strict=True):
                    self.judge_answer(target, answer)
                    statuses[str(answer.status) if answer else "closed"] += 1
        [index] = self.exchange([b"/index.html"])
        self.found.check(index is not None and index.status == 200, "it serves on afterwards")
        return statuses

    def send_over_http2(self, targets: list[bytes]) -> None:
        """The first of them is the control."""
        command = [install.python_program("python"), str(OVER_HTTP2), str(self.server.port)]
        asked = json.dumps([target.decode("latin-1") for target in targets])
        done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=120)
        if not self.found.equal(done.returncode, 0, "the status of the client of HTTP/2"):
            print(done.stderr[-4000:])
            return
        for number, (target, told) in enumerate(zip(targets, json.loads(done.stdout), strict=True)):
            answer = Answer(told["status"] or 0, told["fields"], told["content"].encode("latin-1"))
            if number == 0:
                self.found.check(self.leaks(answer), "the judge sees a secret over HTTP/2, too")
            else:
                self.judge_answer(target, answer)

    def send_batch(self, batch: list[bytes]) -> tuple[list[bytes], list[Answer | None]]:
        """An answer for each target; after one that closes, the rest is sent anew."""
        answers: list[Answer | None] = []
        while len(answers) < len(batch):
            answers += self.exchange(batch[len(answers) :])
        return batch, answers

    def exchange(self, targets: list[bytes]) -> list[Answer | None]:
        """At least one answer; `None` for a connection that was closed without any."""
        answers: list[Answer | None] = []
        with socket.create_connection(("127.0.0.1", self.server.port), SECONDS_MAX) as peer:
            peer.sendall(b"".join(request(target) for target in targets))
            reader = peer.makefile("rb")
            try:
                for _ in targets:
                    answers.append(read_answer(reader, "GET"))
                    if answers[-1] is None or answers[-1].closes:
                        break
            except (Malformed, OSError) as error:
                self.found.add_fault(f"the answer to {targets[len(answers)]!r}", repr(error))
                answers.append(None)
        # A close between two answers is the first one's; what follows has another chance.
        return answers[:-1] if len(answers) > 1 and answers[-1] is None else answers

    def judge_answer(self, target: bytes, answer: Answer | None) -> None:
        architecture = self.server.architecture
        self.found.check(answer is not None, f"{architecture}: {target!r} is answered")
        if answer is None:
            return
        self.found.check(not self.leaks(answer), f"{architecture}: a LEAK by {target!r}", answer)
        self.found.check(
            answer.status < 500, f"{architecture}: {target!r} is no fault of ours", answer
        )
        location = answer.fields.get("location", "/")
        self.found.check(
            re.match(r"/(?![/\\])", location) is not None,
            f"{architecture}: {target!r} leads elsewhere",
            location,
        )

    def leaks(self, answer: Answer | None) -> bool:
        content = answer.content if answer else b""
        return self.secret in content or USERS in content


def batches(targets: list[bytes]) -> Iterator[list[bytes]]:
    rest = iter(targets)
    while batch := list(itertools.islice(rest, PIPELINED)):
        yield batch


def request(target: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"


if __name__ == "__main__":
    verdict.run(__doc__, judge)
