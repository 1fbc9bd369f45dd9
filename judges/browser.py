"""Chromium, without a window: opens the pages of ./www and listings as a person would.

Over http, and over https with HTTP/2, for which it is told to trust the authority as `gnezdo cert
dev` explains. The page has to be there in full, the console empty, and every request answered with
200 or a redirect, by Chromium and by the access log. Then a page with a hundred pictures: all come
over one connection of HTTP/2. Pictures of the pages are left in target/judges for who wants to
look. Not part of the ordinary run: the installation takes minutes.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import install
import verdict
from devtools import Chromium
from gnezdo import ARCHITECTURES, CONCURRENT, DEFAULT, WWW, Gnezdo, authority

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
FINE = [200, 206, 301, 304, 308]
PICTURES = 100
SIZES = [("", 1200, 800), ("-phone", 390, 844)]
# Each picture has its own colour, so that none can stand for another.
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">'
    '<rect width="60" height="60" fill="hsl({hue} 70% 50%)"/>'
    '<text x="30" y="36" text-anchor="middle">{number}</text></svg>'
)


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    program = install.program("chromium", "chromium")
    requests = 0
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        home = Path(folder)
        trust(home, authority(options.program))
        gallery = build_gallery(home / "gallery")
        with Chromium(program, home) as browser:
            for architecture in ARCHITECTURES if options.full else [DEFAULT]:
                for tls in [False, True]:
                    log = home / f"{architecture}-{tls}.log"
                    logging = ["--access-log", "json", "--log-file", str(log)]
                    where = {"architecture": architecture, "tls": tls}
                    with Gnezdo(found, options.program, WWW, *logging, **where) as server:
                        for path, content in PAGES:
                            look_at(found, browser, server, path, content)
                    requests += judge_log(found, log, architecture)
            for architecture in CONCURRENT:
                with Gnezdo(
                    found, options.program, gallery, architecture=architecture, tls=True
                ) as server:
                    look_at_gallery(found, browser, server)
    told = f"{len(PAGES)} pages over http and https, {requests} requests; {PICTURES} pictures"
    return f"{told} over one connection, {', '.join(CONCURRENT)}; pictures in {verdict.WORK}"


def trust(home: Path, certificate: Path) -> None:
    certutil = install.program("certutil", "libnss3-tools")
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    for words in [
        ["-N", "--empty-password"],
        ["-A", "-t", "C,,", "-n", "gnezdo", "-i", str(certificate)],
    ]:
        subprocess.run([certutil, "-d", f"sql:{store}", *words], check=True)


def build_gallery(root: Path) -> Path:
    root.mkdir()
    for number in range(PICTURES):
        picture = PICTURE.format(number=number, hue=number * 360 // PICTURES)
        (root / f"{number}.svg").write_text(picture)
    pictures = "".join(f'<img src="{number}.svg" alt="">' for number in range(PICTURES))
    icon = '<link rel="icon" href="data:,">'
    page = f"<!doctype html><html lang=en><title>Gallery</title>{icon}{pictures}\n"
    (root / "index.html").write_text(page)
    return root


def look_at(
    found: verdict.Verdict, browser: Chromium, server: Gnezdo, path: str, content: str
) -> None:
    url = server.url + path
    browser.open_page()
    browser.load(url)
    page = str(browser.evaluate("document.documentElement.outerHTML"))
    found.check(content in page, f"{url}: the page has {content}", page[:2000])
    judge_console(found, browser, url)
    protocol = "h2" if url.startswith("https:") else "http/1.1"
    judge_answers(found, browser, url, protocol)
    name = re.sub(r"\W+", "-", path).strip("-") or "index"
    way = "-https" if protocol == "h2" else ""
    for suffix, width, height in SIZES:
        picture = verdict.WORK / f"browser-{name}{way}{suffix}.png"
        browser.take_picture(picture, width, height)


def look_at_gallery(found: verdict.Verdict, browser: Chromium, server: Gnezdo) -> None:
    name = f"{server.architecture}, {PICTURES} pictures"
    browser.open_page()
    browser.load(f"{server.url}/")
    judge_console(found, browser, name)
    answers = judge_answers(found, browser, name, "h2")
    found.equal(len(answers), PICTURES + 1, f"{name}: answers")
    connections = {answer["connectionId"] for answer in answers}
    found.equal(len(connections), 1, f"{name}: connections")
    entries = browser.evaluate(
        "performance.getEntriesByType('resource')"
        ".map(entry => [entry.nextHopProtocol, entry.responseStatus])"
    )
    found.equal(entries, [["h2", 200]] * PICTURES, f"{name}: by the page's own account")
    built = "[...document.images].filter(image => image.complete && image.naturalWidth === 60)"
    found.equal(browser.evaluate(f"{built}.length"), PICTURES, f"{name}: pictures that are there")
    # Chromium may open another in advance, and find no use for it.
    found.check(peers(server.port) <= 2, f"{name}: connections of the system", peers(server.port))
    browser.take_picture(verdict.WORK / f"browser-gallery-{server.architecture}.png", 800, 700)


def peers(port: int) -> int:
    """Established connections at this port of ours."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = f"0100007F:{port:04X}"
    return sum(row[1] == ours and row[3] == "01" for row in rows)


def judge_console(found: verdict.Verdict, browser: Chromium, name: str) -> None:
    said = browser.heard("Runtime.consoleAPICalled") + browser.heard("Runtime.exceptionThrown")
    for entry in browser.heard("Log.entryAdded"):
        # What Chromium asks for unbidden, beside a picture or a text.
        if not entry["entry"].get("url", "").endswith("/favicon.ico"):
            said.append(entry)
    found.equal(said, [], f"{name}: an empty console")


def judge_answers(
    found: verdict.Verdict, browser: Chromium, name: str, protocol: str
) -> list[dict]:
    """Every answer that Chromium got has to be fine; gives those."""
    answers = [told["response"] for told in browser.heard("Network.responseReceived")]
    answers = [answer for answer in answers if not answer["url"].endswith("/favicon.ico")]
    found.check(bool(answers), f"{name}: there are answers")
    for answer in answers:
        found.check(answer["status"] in FINE, f"{name}: {answer['url']}", answer["status"])
        if answer["url"].startswith("http"):
            found.equal(answer["protocol"], protocol, f"{name}: protocol of {answer['url']}")
    failed = browser.heard("Network.loadingFailed")
    found.equal(failed, [], f"{name}: what could not be loaded")
    return answers


def judge_log(found: verdict.Verdict, log: Path, architecture: str) -> int:
    """All answers that were sent, by the server's own log; their number."""
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    for entry in entries:
        is_unbidden = entry["target"] == "/favicon.ico"
        is_fine = entry["status"] in FINE
        found.check(is_fine or is_unbidden, f"{architecture}: a request of Chromium", entry)
    found.check(len(entries) >= len(PAGES), f"{architecture}: Chromium has asked")
    return len(entries)


if __name__ == "__main__":
    verdict.run(__doc__, judge)
