"""What a judge finds, and how it ends.

Each thing that has to hold is a `check`. A judge that could not do its work raises
`CannotJudge`, which is never a pass.
"""

import argparse
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

PROJECT = Path(__file__).resolve().parent.parent
# Everything that the judges make or install.
WORK = PROJECT / "target" / "judges"

PASSED, FAILED, COULD_NOT_JUDGE = range(3)

# Enough to see what is wrong; a judge of 20,000 requests should not print as many lines.
FAULTS_SHOWN_MAX = 40


class CannotJudge(Exception):
    """The judge itself is missing something; says what and how to get it."""


class Verdict:
    """The checks of one judge."""

    def __init__(self) -> None:
        self.checks = 0
        self.faults = 0

    def check(self, holds: bool, what: str, detail: object = "") -> bool:
        """Counts `what`; when it does not hold, prints it with the detail."""
        self.checks += 1
        if not holds:
            self.add_fault(what, detail)
        return holds

    def equal(self, found: object, expected: object, what: str) -> bool:
        """Checks that both are the same, and shows both if not."""
        return self.check(found == expected, what, f"{found!r} instead of {expected!r}")

    def add_fault(self, what: str, detail: object = "") -> None:
        self.faults += 1
        if self.faults <= FAULTS_SHOWN_MAX:
            print(f"FAULT {what}: {detail}" if detail != "" else f"FAULT {what}", flush=True)
        elif self.faults == FAULTS_SHOWN_MAX + 1:
            print("further faults are only counted", flush=True)


def parse_options(description: str) -> argparse.Namespace:
    """The options that every judge has."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="at full length")
    parser.add_argument(
        "--program",
        type=lambda path: Path(path).resolve(),
        default=PROJECT / "target" / "release" / "gnezdo",
        help="the server [default: target/release/gnezdo]",
    )
    return parser.parse_args()


def run(description: str, judge: Callable[[Verdict, argparse.Namespace], str]) -> NoReturn:
    """Runs a judge, prints its summary as the last line, and exits with its verdict."""
    options = parse_options(description)
    verdict = Verdict()
    try:
        summary = judge(verdict, options)
    except subprocess.TimeoutExpired as error:
        # A client that waits for ever is what the server is judged by.
        verdict.add_fault(f"still waiting after {error.timeout} s", error.cmd)
        summary = "given up there"
    except CannotJudge as error:
        print(f"cannot judge: {error}")
        sys.exit(COULD_NOT_JUDGE)
    except Exception:
        traceback.print_exc(file=sys.stdout)
        print("cannot judge: the judge itself failed, see above")
        sys.exit(COULD_NOT_JUDGE)
    if verdict.faults:
        print(f"{verdict.faults} of {verdict.checks} checks failed; {summary}")
        sys.exit(FAILED)
    print(f"{verdict.checks} checks; {summary}")
    sys.exit(PASSED)
