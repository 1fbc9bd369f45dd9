"""Starts `gnezdo serve` for a judge, and stops it as a person would, with Ctrl-C.

How the server ends belongs to every verdict: by itself only when it was told to, with status 0,
and without a panic on its standard error.
"""

import ctypes
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType

from verdict import PROJECT, WORK, CannotJudge, Verdict

WWW = PROJECT / "www"
# The development authority of the judges; the user's own stays as it is.
WITH_AUTHORITY = os.environ | {"XDG_DATA_HOME": str(WORK / "development")}
IO_URING_SETUP = 425


def has_io_uring() -> bool:
    """Whether the kernel, and what confines us, allows io_uring."""
    parameters = ctypes.create_string_buffer(120)
    return ctypes.CDLL(None).syscall(IO_URING_SETUP, 1, parameters) >= 0


# The one that `auto` takes comes first, the one that serves one client at a time last.
ARCHITECTURES = [
    *(["uring"] if has_io_uring() else []),
    "event",
    "async",
    "threads",
    "processes",
    "single",
]
# Those under which several clients at once are served.
CONCURRENT = ARCHITECTURES[:-1]
DEFAULT = ARCHITECTURES[0]

START_SECONDS_MAX = 10
# Above the server's own 10 s for answers in progress.
STOP_SECONDS_MAX = 15


def authority(program: Path, *options: str) -> Path:
    """The certificate that vouches for a server with `tls`; it is made if there is none."""
    check_that_it_exists(program)
    command = [str(program), "cert", "dev", "--print-ca", *options]
    done = subprocess.run(command, env=WITH_AUTHORITY, capture_output=True, text=True)
    if done.returncode:
        raise CannotJudge(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return Path(done.stdout.strip())


def check_that_it_exists(program: Path) -> None:
    if not program.exists():
        raise CannotJudge(f"{program} is missing; cargo build --release makes it")


@cache
def target() -> Path:
    """The example `target`, which echoes what it gets; built as `cargo test --workspace` does."""
    # By the format that tells the path, as the folder is for cargo's settings to choose.
    command = ["cargo", "build", "--workspace", "--example", "target", "--message-format", "json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise CannotJudge(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
    messages = (json.loads(line) for line in done.stdout.splitlines())
    return Path(next(filter(None, (message.get("executable") for message in messages))))


@contextmanager
def running_target(found: Verdict, architecture: str) -> Iterator[str]:
    """The URL of a running example `target`."""
    command = [str(target()), "--listen", "127.0.0.1:0", "--architecture", architecture]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://{process.stdout.readline().strip()}"
        finally:
            status = process.poll()
            found.check(status is None, f"{architecture}: the example target lives", status)
            process.send_signal(signal.SIGINT)


class Gnezdo:
    """A running server; a context manager."""

    def __init__(
        self,
        verdict: Verdict,
        program: Path,
        root: Path = WWW,
        *options: str,
        architecture: str = DEFAULT,
        listen: tuple[str, ...] = ("127.0.0.1:0",),
        tls: bool = False,
    ) -> None:
        check_that_it_exists(program)
        addresses = [word for address in listen for word in ("--listen", address)]
        self.command = [str(program), "serve", str(root), "--architecture", architecture]
        self.command += [*addresses, *options, *(["--tls", "self-signed"] if tls else [])]
        self.addresses_count = len(listen)
        self.architecture = architecture
        self.verdict = verdict

    def __enter__(self) -> "Gnezdo":
        self.messages = tempfile.NamedTemporaryFile(prefix="gnezdo-", suffix=".log")
        self.process = subprocess.Popen(
            self.command, env=WITH_AUTHORITY, stdout=subprocess.DEVNULL, stderr=self.messages
        )
        self.urls = self.wait_for_urls()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.check_that_it_lives()
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.verdict.equal(status, 0, f"{self.architecture}: the status after Ctrl-C")
        said = self.said()
        self.verdict.check("panicked" not in said, f"{self.architecture}: no panic", said)
        self.messages.close()

    @property
    def url(self) -> str:
        """The first address, such as `http://127.0.0.1:4711`, without a slash at the end."""
        return self.urls[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def said(self) -> str:
        """What it has written to its standard error."""
        return Path(self.messages.name).read_text(errors="replace")

    def check_that_it_lives(self) -> None:
        status = self.process.poll()
        self.verdict.check(
            status is None, f"{self.architecture}: the server lives", f"{status}: {self.said()}"
        )

    def wait_for_urls(self) -> list[str]:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            urls = re.findall(r"^listening on (\S+?)/?$", self.said(), re.MULTILINE)
            if len(urls) == self.addresses_count:
                return urls
            time.sleep(0.01)
        self.process.kill()
        self.process.wait()
        raise CannotJudge(f"{' '.join(self.command)} did not start: {self.said()}")
