"""Chromium, without a window: opens the pages of ./www and listings as a person would.

The page has to be there in full (its title, and what its style sheet and pictures do), the console
empty, and every request that Chromium made answered with 200 or 304, by the access log. Pictures
of the pages are left in target/judges for who wants to look. Not part of the ordinary run: the
installation takes minutes.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import install
import verdict
from gnezdo import ARCHITECTURES, DEFAULT, WWW, Gnezdo

# Path, and what the page contains once it is built.
PAGES = [
    ("/", "<h1>It works</h1>"),
    ("/about.html", "<title>"),
    ("/guide/", "<title>"),
    ("/guide", "<title>"),
    ("/samples/", "two words.txt"),
    ("/samples/numbers.txt", "prime factors"),
    ("/nest.svg", "<svg"),
]
SECONDS_MAX = 60


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    chromium = install.program("chromium", "chromium")
    requests = 0
    for architecture in ARCHITECTURES if options.full else [DEFAULT]:
        with tempfile.TemporaryDirectory(prefix="judges-") as folder:
            log = Path(folder) / "access.log"
            logging = ["--access-log", "json", "--log-file", str(log)]
            server = Gnezdo(found, options.program, WWW, *logging, architecture=architecture)
            with server:
                for path, content in PAGES:
                    profile = Path(folder) / "profile"
                    look_at(found, chromium, server.url + path, content, profile)
            requests += judge_log(found, log, architecture)
    return f"{len(PAGES)} pages, {requests} requests; pictures in {verdict.WORK}"


def look_at(found: verdict.Verdict, chromium: str, url: str, content: str, profile: Path) -> None:
    page = run(chromium, url, profile, "--dump-dom")
    found.equal(page.returncode, 0, f"{url}: the status of Chromium")
    found.check(content in page.stdout, f"{url}: the page has {content}", page.stdout[:2000])
    complaints = re.findall(r"^.*CONSOLE.*$", page.stderr, re.MULTILINE)
    found.check(not complaints, f"{url}: an empty console", complaints)
    name = re.sub(r"\W+", "-", url.partition("//")[2].partition("/")[2]).strip("-") or "index"
    for suffix, size in [("", "1200,800"), ("-phone", "390,844")]:
        picture = verdict.WORK / f"browser-{name}{suffix}.png"
        run(chromium, url, profile, f"--window-size={size}", f"--screenshot={picture}")
        found.check(picture.exists(), f"{url}: a picture")


def run(chromium: str, url: str, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # Its sandbox refuses to work for root.
    command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--no-proxy-server", "--disable-background-networking", "--enable-logging=stderr"]
    command += [f"--user-data-dir={profile}", *options, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)


def judge_log(found: verdict.Verdict, log: Path, architecture: str) -> int:
    """All answers that were sent, by the server's own log; their number."""
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    for entry in entries:
        # What Chromium asks for unbidden, beside a picture or a text.
        is_unbidden = entry["target"] == "/favicon.ico"
        is_fine = entry["status"] in [200, 206, 301, 304, 308]
        found.check(is_fine or is_unbidden, f"{architecture}: a request of Chromium", entry)
    found.check(len(entries) > len(PAGES), f"{architecture}: Chromium has asked")
    return len(entries)


if __name__ == "__main__":
    verdict.run(__doc__, judge)
