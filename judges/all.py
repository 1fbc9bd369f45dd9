"""Runs judges one after another and prints what they say as a table.

A judge is a program of its own in this folder. The last line it prints is its summary, its exit
status is the verdict: 0 passed, 1 failed, 2 could not judge. Only 0 is a pass. The judges do not
run side by side: some of them measure time.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from verdict import FAILED, PASSED, WORK

HERE = Path(__file__).resolve().parent

# In the order of running: what is quick and cuts deep comes first.
JUDGES = ["httpwg", "curl", "nghttp", "tls", "traversal", "redbot", "clients", "crawl"]
JUDGES += ["slowhttptest", "load"]
# Not on every change: Chromium takes minutes to install.
ON_REQUEST = ["browser", "todo"]

SECONDS_MAX = 600
SECONDS_MAX_FULL = 7200


class Outcome(NamedTuple):
    judge: str
    status: int
    seconds: float
    summary: str

    @property
    def word(self) -> str:
        return {PASSED: "passed", FAILED: "FAILED"}.get(self.status, "COULD NOT JUDGE")


def main() -> None:
    options = parse_options()
    outcomes = [run(judge, options) for judge in chosen(options)]
    print_table(outcomes)
    sys.exit(any(outcome.status != PASSED for outcome in outcomes))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="judges/run", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "judge",
        nargs="*",
        help=f"which ones: {', '.join(JUDGES + ON_REQUEST)} [default: all but {', '.join(ON_REQUEST)}]",
    )
    parser.add_argument(
        "--full", action="store_true", help="all of them, at full length: half an hour"
    )
    parser.add_argument("--program", help="the server [default: target/release/gnezdo]")
    options = parser.parse_args()
    for judge in options.judge:
        if judge not in JUDGES + ON_REQUEST:
            parser.error(f"there is no judge {judge}")
    return options


def chosen(options: argparse.Namespace) -> list[str]:
    if options.judge:
        return options.judge
    return JUDGES + ON_REQUEST if options.full else JUDGES


def run(judge: str, options: argparse.Namespace) -> Outcome:
    command = [sys.executable, str(HERE / f"{judge}.py")]
    command += ["--full"] if options.full else []
    command += ["--program", options.program] if options.program else []
    log = WORK / f"{judge}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    print(f"{judge} …", end=" ", flush=True)
    start = time.monotonic()
    with log.open("w") as output:
        status = wait(command, output, SECONDS_MAX_FULL if options.full else SECONDS_MAX)
    outcome = Outcome(judge, status, time.monotonic() - start, last_line(log))
    print(outcome.word, f"{outcome.seconds:.1f} s", flush=True)
    if status != PASSED:
        print(log.read_text(errors="replace"), flush=True)
    return outcome


def wait(command: list[str], output, seconds_max: int) -> int:
    try:
        return subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, timeout=seconds_max
        ).returncode
    except subprocess.TimeoutExpired:
        output.write(f"\nthe judge was not done after {seconds_max} s\n")
        return FAILED


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def print_table(outcomes: list[Outcome]) -> None:
    print()
    for judge, status, seconds, summary in outcomes:
        word = Outcome(judge, status, seconds, summary).word
        print(f"{judge:14}{word:17}{seconds:6.1f} s   {summary}")
    total = sum(outcome.seconds for outcome in outcomes)
    print(f"{'':31}{total:6.1f} s   the logs are in {WORK}")


if __name__ == "__main__":
    main()
