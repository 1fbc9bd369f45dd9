"""ab, wrk and h2load: the load tests of the lesson, on /index.html under every architecture.

`ab -n 1000 -c 10`, the same with `-k`, and `wrk -t12 -c400`; under `single`, which serves one
connection at a time, only `ab -c 1`. Then wrk over TLS, and h2load over HTTP/2 with TLS and
without. Not one request may fail, and not one answer be other than 200. How fast it was is printed,
and not judged: a machine with other work says little about that.
"""

import argparse
import re
import subprocess

import install
import verdict
from gnezdo import ARCHITECTURES, CONCURRENT, Gnezdo

REQUESTS = 1000
WRK_SECONDS = 5
# As in the lesson.
WRK_SECONDS_FULL = 30
TLS_SECONDS = 3
H2LOAD = "-n 50000 -c 100 -m 10 -t 2"
H2LOAD_FULL = "-n 1000000 -c 100 -m 10 -t 2"


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    ab = install.program("ab", "apache2-utils")
    wrk = install.program("wrk", "wrk")
    h2load = install.program("h2load", "nghttp2-client")
    h2load = [h2load, *(H2LOAD_FULL if options.full else H2LOAD).split()]
    seconds = WRK_SECONDS_FULL if options.full else WRK_SECONDS
    tls_seconds = WRK_SECONDS_FULL if options.full else TLS_SECONDS
    fastest = []
    for architecture in ARCHITECTURES:
        with Gnezdo(found, options.program, architecture=architecture) as server:
            url = f"{server.url}/index.html"
            at_once = 1 if architecture == "single" else 10
            run_ab(found, [ab, "-n", str(REQUESTS), "-c", str(at_once), url], architecture)
            run_ab(found, [ab, "-k", "-n", str(REQUESTS), "-c", str(at_once), url], architecture)
            if architecture != "single":
                rate = run_wrk(found, [wrk, "-t12", "-c400", f"-d{seconds}s", url], architecture)
                fastest.append(f"{architecture} {rate} requests/s")
                run_h2load(found, [*h2load, url], architecture)
    for architecture in CONCURRENT:
        with Gnezdo(found, options.program, architecture=architecture, tls=True) as server:
            url = f"{server.url}/index.html"
            run_wrk(found, [wrk, "-t2", "-c100", f"-d{tls_seconds}s", url], f"{architecture}, TLS")
            run_h2load(found, [*h2load, url], f"{architecture}, TLS")
    return "wrk: " + ", ".join(fastest)


def run_ab(found: verdict.Verdict, command: list[str], architecture: str) -> None:
    name, said = run_tool(found, command, architecture)
    complete = re.search(r"^Complete requests: +(\d+)", said, re.MULTILINE)
    failed = re.search(r"^Failed requests: +(\d+)", said, re.MULTILINE)
    kept = re.search(r"^Keep-Alive requests: +(\d+)", said, re.MULTILINE)
    found.check(complete is not None and int(complete[1]) == REQUESTS, f"{name}: all done", said)
    found.check(failed is not None and int(failed[1]) == 0, f"{name}: none failed", said)
    found.check("Non-2xx" not in said, f"{name}: all are 200", said)
    found.check("Write errors" not in said, f"{name}: all could be sent", said)
    if "-k" in command:
        found.check(kept is not None and int(kept[1]) == REQUESTS, f"{name}: all are kept", said)
    rate = re.search(r"^Requests per second: +(\S+)", said, re.MULTILINE)
    print(f"{name}: {rate[1] if rate else '?'} requests/s", flush=True)


def run_wrk(found: verdict.Verdict, command: list[str], architecture: str) -> str:
    name, said = run_tool(found, command, architecture)
    done = re.search(r"^ *(\d+) requests in ", said, re.MULTILINE)
    rate = re.search(r"^Requests/sec: +(\d+)", said, re.MULTILINE)
    found.check(done is not None and int(done[1]) > 0, f"{name}: something was done", said)
    found.check("Socket errors" not in said, f"{name}: no socket errors", said)
    found.check("Non-2xx" not in said, f"{name}: all are 200", said)
    print(f"{name}:\n{said}", flush=True)
    return rate[1] if rate else "?"


def run_h2load(found: verdict.Verdict, command: list[str], architecture: str) -> None:
    name, said = run_tool(found, command, architecture)
    wanted = command[command.index("-n") + 1]
    outcome = f"{wanted} succeeded, 0 failed, 0 errored, 0 timeout"
    found.check(outcome in said, f"{name}: none failed", said)
    found.check(f"status codes: {wanted} 2xx" in said, f"{name}: all are 200", said)
    rate = re.search(r"([0-9.]+) req/s", said)
    print(f"{name}: {rate[1] if rate else '?'} requests/s", flush=True)


def run_tool(found: verdict.Verdict, command: list[str], architecture: str) -> tuple[str, str]:
    """What the tool is called in the verdict, and what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    name = f"{architecture}: {' '.join(command[:-1]).rpartition('/')[2]}"
    found.equal(done.returncode, 0, f"{name}: its status")
    return name, done.stdout


if __name__ == "__main__":
    verdict.run(__doc__, judge)
