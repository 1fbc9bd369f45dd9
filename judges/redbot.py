"""redbot: what Mark Nottingham's checker for HTTP resources has to say about ours.

For each resource it makes some ten requests (conditional, partial, negotiated, HEAD) and comments
on the answers. Its text form prints a warning as it prints praise, so the notes are read from its
HAR form, where each has a level; `redbot -o text_verbose URL` explains one. A warning that stays
has to be in ACCEPTED with its reason.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import install
import verdict
from gnezdo import CONCURRENT, DEFAULT, Gnezdo

# Path, and the status that it should have. Nothing of less than 97 octets: redbot asks for as many
# as a range, and wonders why it gets all.
RESOURCES = [
    ("/", 200),
    ("/index.html", 200),
    ("/style.css", 200),
    ("/nest.svg", 200),
    ("/guide/", 200),
    ("/samples/numbers.txt", 200),
    ("/samples/statuses.json", 200),
    ("/samples/%D0%B3%D0%BD%D0%B5%D0%B7%D0%B4%D0%BE.txt", 200),
    ("/samples/", 200),
    ("/samples", 301),
    ("/absent", 404),
]

# Name of the note: why it is no fault of ours.
ACCEPTED = {
    "FRESHNESS_HEURISTIC": "how long a file may be kept is for its owner to say: --cache-control",
}

FAULTY_LEVELS = ["WARN", "BAD"]
SECONDS_MAX = 60


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    redbot = install.python_program("redbot")
    architectures = CONCURRENT if options.full else [DEFAULT]
    notes = 0
    for architecture in architectures:
        with Gnezdo(found, options.program, architecture=architecture) as server:
            notes += look_at_all(found, redbot, server.url)
    return f"{notes} notes on {len(RESOURCES)} resources; {', '.join(architectures)}"


def look_at_all(found: verdict.Verdict, redbot: str, url: str) -> int:
    """Judges each resource; the number of notes read."""
    with ThreadPoolExecutor(4) as at_once:
        reports = at_once.map(lambda resource: report_of(redbot, url + resource[0]), RESOURCES)
        notes = [
            look_at(found, redbot, url + path, status, report)
            for (path, status), report in zip(RESOURCES, reports, strict=True)
        ]
    return sum(notes)


def report_of(redbot: str, url: str) -> str:
    return subprocess.run(
        [redbot, "-o", "har", url], capture_output=True, text=True, timeout=SECONDS_MAX
    ).stdout


def look_at(found: verdict.Verdict, redbot: str, url: str, status: int, report: str) -> int:
    try:
        [entry] = json.loads(report)["log"]["entries"]
    except ValueError:
        found.add_fault(f"redbot could not read {url}", text_of(redbot, url))
        return 0
    found.equal(entry["response"]["status"], status, f"the status of {url}")
    notes = list(with_subnotes(entry["_red_messages"]))
    for note in notes:
        told = f"{note['level']}: {note['summary']}"
        found.check(not is_faulty(note), f"{url}: {note['note_id']}", told)
    return len(notes)


def with_subnotes(notes: list[dict]) -> Iterator[dict]:
    for note in notes:
        yield note
        yield from with_subnotes(note.get("subnotes", []))


def is_faulty(note: dict) -> bool:
    return note["level"] in FAULTY_LEVELS and note["note_id"] not in ACCEPTED


def text_of(redbot: str, url: str) -> str:
    command = [redbot, "-o", "text", url]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX
    )
    return done.stdout.strip()


if __name__ == "__main__":
    verdict.run(__doc__, judge)
