"""slowhttptest: clients that keep the server waiting, while an ordinary one goes on asking.

Slow heads (Slowloris), slow bodies (R-U-Dead-Yet), slow readers and many ranges (Apache Killer).
Meanwhile an ordinary client asks every 100 ms, on a connection of its own each time, and has to be
answered within a second; and slowhttptest's own probes have to find the service available
throughout. What slowhttptest does not know is done here: clients of HTTP/2 that ask for much and
open no window, and clients of TLS that connect and say half of their hello.
"""

import argparse
import contextlib
import csv
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import install
import verdict
from gnezdo import CONCURRENT, DEFAULT, Gnezdo

PAUSE_SECONDS = 0.1
ANSWER_SECONDS_MAX = 1.0


class Mode(NamedTuple):
    name: str
    options: str


# A body that nobody wants is refused at once with POST; with GET the server has to live with it.
MODES = [
    Mode("slow heads", "-H -i 2"),
    Mode("slow bodies", "-B -i 2"),
    Mode("slow bodies of GET", "-B -i 2 -t GET"),
    Mode("slow readers", "-X -w 512 -y 1024 -n 2 -z 32 -k 3"),
    Mode("many ranges", "-R -a 1 -b 3000"),
    Mode("many ranges of GET", "-R -a 1 -b 3000 -t GET"),
]
# How many slow clients, how many more of them each second, and for how many seconds.
SIZE = "-c 400 -r 200 -l 8 -p 1"
SIZE_FULL = "-c 1000 -r 200 -l 30 -p 1"

WAITING_CLIENTS = 200
WAITING_SECONDS = 3
# SETTINGS_INITIAL_WINDOW_SIZE of 0, then eight times GET /samples/numbers.txt for `a`.
HTTP2_WITHOUT_WINDOW = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\6\4\0\0\0\0\0\0\4\0\0\0\0"
for stream in range(1, 16, 2):
    head = b"\x82\x86\x41\1a\4\x14/samples/numbers.txt"
    HTTP2_WITHOUT_WINDOW += bytes([0, 0, len(head), 1, 5, 0, 0, 0, stream]) + head
# The head of a record of 512 octets, and of a ClientHello in it.
HALF_A_HELLO = b"\x16\3\1\2\0\1\0\1\xfc\3\3"


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    tool = install.program("slowhttptest", "slowhttptest")
    architectures = CONCURRENT if options.full else [DEFAULT, "threads"]
    slowest = 0.0
    for architecture in architectures:
        with Gnezdo(found, options.program, architecture=architecture) as server:
            for mode in MODES:
                name = f"{architecture}, {mode.name}"
                size = SIZE_FULL if options.full else SIZE
                with Patient(found, f"{server.url}/index.html", name) as client:
                    attack(found, tool, f"{mode.options} {size}", server.url, name)
                print(f"{name}: {client.told()}", flush=True)
                slowest = max(slowest, client.slowest)
            slowest = max(slowest, keep_waiting(found, server, HTTP2_WITHOUT_WINDOW, "HTTP/2"))
        with Gnezdo(found, options.program, architecture=architecture, tls=True) as server:
            slowest = max(slowest, keep_waiting(found, server, HALF_A_HELLO, "half a hello"))
    told = f"the slowest of the ordinary answers took {slowest * 1000:.0f} ms"
    return f"{told}; {', '.join(architectures)}"


def keep_waiting(found: verdict.Verdict, server: Gnezdo, words: bytes, name: str) -> float:
    """Clients that say these words and no more, while an ordinary one asks; its slowest answer."""
    name = f"{server.architecture}, {name}"
    with contextlib.ExitStack() as slow:
        for _ in range(WAITING_CLIENTS):
            address = ("127.0.0.1", server.port)
            slow.enter_context(socket.create_connection(address, 5)).sendall(words)
        with Patient(found, f"{server.url}/index.html", name) as client:
            time.sleep(WAITING_SECONDS)
    print(f"{name}: {client.told()}", flush=True)
    return client.slowest


def attack(found: verdict.Verdict, tool: str, options: str, url: str, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        report = Path(folder) / "report"
        target = f"{url}/samples/numbers.txt"
        command = [tool, *options.split(), "-g", "-o", str(report), "-u", target]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        found.equal(done.returncode, 0, f"{name}: the status of slowhttptest")
        seconds = rows_of(report.with_suffix(".csv"))
        found.check(bool(seconds), f"{name}: slowhttptest has reported", done.stdout[-2000:])
        for row in seconds:
            found.check(row["Service Available"] != "0", f"{name}: service available", row)


def rows_of(report: Path) -> list[dict[str, str]]:
    if not report.exists():
        return []
    with report.open(newline="") as rows:
        return list(csv.DictReader(rows))


class Patient:
    """An ordinary client that asks again and again, as a context manager."""

    def __init__(self, found: verdict.Verdict, url: str, name: str) -> None:
        self.found = found
        self.url = url
        self.name = name
        # Whom it trusts is for others to judge.
        self.context = ssl._create_unverified_context() if url.startswith("https:") else None
        self.seconds: list[float] = []
        self.has_enough = threading.Event()
        self.thread = threading.Thread(target=self.ask_on)

    def __enter__(self) -> "Patient":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.has_enough.set()
        self.thread.join()
        self.found.check(bool(self.seconds), f"{self.name}: the ordinary client was answered")

    @property
    def slowest(self) -> float:
        return max(self.seconds, default=0.0)

    def told(self) -> str:
        return f"{len(self.seconds)} ordinary answers, the slowest in {self.slowest * 1000:.0f} ms"

    def ask_on(self) -> None:
        while not self.has_enough.wait(PAUSE_SECONDS):
            start = time.monotonic()
            try:
                answer = urllib.request.urlopen(
                    self.url, timeout=ANSWER_SECONDS_MAX, context=self.context
                )
                with answer:
                    answer.read()
            except OSError as error:
                self.found.add_fault(f"{self.name}: an ordinary request", repr(error))
                continue
            taken = time.monotonic() - start
            self.seconds.append(taken)
            self.found.check(
                taken <= ANSWER_SECONDS_MAX, f"{self.name}: an ordinary answer", f"{taken:.2f} s"
            )


if __name__ == "__main__":
    verdict.run(__doc__, judge)
