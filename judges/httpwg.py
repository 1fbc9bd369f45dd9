"""httpwg: HTTP/2 (RFC 9113) by the suite of the HTTP working group's people, all of its cases.

The suite starts the server itself: the example `target`, which echoes what is posted, as the
suite expects. Cargo builds it here, the way `cargo test --workspace` does, so that after the tests
nothing is left to build. All cases run at once on connections of their own; under `single`, which
serves one connection at a time, one after another. Not one may fail.
"""

import argparse
import os
import re
import socket
import subprocess

import install
import verdict
from gnezdo import ARCHITECTURES, target

VERSION = "0.2.5"
CASES = 107
# A frame may take so long on a machine with other work.
FRAME_TIMEOUT_MS = 1000
SECONDS_MAX = 120


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    suite = install.cargo_program("httpwg", "httpwg-cli", VERSION)
    server = str(target())
    for architecture in ARCHITECTURES:
        address = f"127.0.0.1:{free_port()}"
        command = [suite, "--verbose", "--address", address]
        command += ["--frame-timeout", str(FRAME_TIMEOUT_MS), "--"]
        command += [server, "--listen", address, "--architecture", architecture]
        said = run(command, in_turn=architecture == "single")
        judge_what_it_said(found, said, architecture)
    return f"httpwg-cli {VERSION}, {CASES} cases under each of {', '.join(ARCHITECTURES)}"


def run(command: list[str], in_turn: bool) -> str:
    how = {"SEQUENTIAL": "1" if in_turn else "0", "RUST_BACKTRACE": "0"}
    done = subprocess.run(
        command,
        env=os.environ | how,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS_MAX,
    )
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


def judge_what_it_said(found: verdict.Verdict, said: str, architecture: str) -> None:
    started = re.findall(r"^🔷 Running test: (.+)$", said, re.MULTILINE)
    passed = re.findall(r"^✅ Test passed: (.+)$", said, re.MULTILINE)
    reasons = dict(re.findall(r"^❌ Test failed: (.+)\n\s*(?:0: )?(.*)$", said, re.MULTILINE))
    found.check("Passed " in said, f"{architecture}: the suite came to its end", said[-4000:])
    found.equal(len(set(started)), CASES, f"{architecture}: the number of cases")
    for case in sorted(started):
        # A case may also panic, and then its reason does not tell whose it is.
        reason = reasons.get(case, "it panicked, for a reason below")
        found.check(case in passed, f"{architecture}: {case}", reason)
    # One of them always panics, after it has passed.
    reasons_of_panics = re.findall(r"^Message: +(.*)$", said, re.MULTILINE)
    for reason in reasons_of_panics if len(passed) < CASES else []:
        print(f"{architecture}: a case panicked: {reason}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


if __name__ == "__main__":
    verdict.run(__doc__, judge)
