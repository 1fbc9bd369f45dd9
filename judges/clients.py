"""The clients of programmers: urllib, requests, httpx, aiohttp, h2, node's fetch and its http2, by
one table.

Each is a small program in clients/ that reads requests as JSON from its standard input, makes them
(one after another on kept connections, then all at once) and prints the answers as JSON. All have
to come to the same answers, with TLS and without; each decodes what it asked for by its own
Accept-Encoding. They are told of the authority by the variables that each of them heeds.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import install
import verdict
from gnezdo import CONCURRENT, DEFAULT, WWW, Gnezdo, authority

CLIENTS = Path(__file__).resolve().parent / "clients"
FROM_PYPI = ["via_requests.py", "via_httpx.py", "via_aiohttp.py", "via_h2.py"]
OF_NODE = ["via_fetch.mjs", "via_http2.mjs"]
# Who has to speak HTTP/2, by the scheme; the others speak HTTP/1.1.
HTTP2 = {"http": ["h2", "http2"], "https": ["h2", "http2", "httpx"]}
SECONDS_MAX = 60

INDEX = (WWW / "index.html").read_bytes()
NUMBERS = (WWW / "samples" / "numbers.txt").read_bytes()
NOT_FOUND = (WWW / "404.html").read_bytes()


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    clients = commands()
    architectures = CONCURRENT if options.full else [DEFAULT]
    trusting = trust(authority(options.program))
    for architecture in architectures:
        for tls in [False, True]:
            with Gnezdo(found, options.program, architecture=architecture, tls=tls) as server:
                for name, command in clients.items():
                    version = "2" if name in HTTP2["https" if tls else "http"] else "1.1"
                    what = f"{architecture}, {name}{', TLS' if tls else ''}"
                    compare(found, what, [*command, server.url], trusting, version)
    # Optional, as it is large; but its absence is not passed over in silence.
    absent = "" if "fetch" in clients else " WITHOUT node, which is not installed;"
    told = f"{', '.join(clients)};{absent} {len(table())} requests, twice, also with TLS"
    return f"{told}; {', '.join(architectures)}"


def commands() -> dict[str, list[str]]:
    python = install.python_program("python")
    clients = {"urllib": [sys.executable, str(CLIENTS / "via_urllib.py")]}
    for program in FROM_PYPI:
        clients[program[4:-3]] = [python, str(CLIENTS / program)]
    node = shutil.which("node")
    for program in OF_NODE if node else []:
        clients[program[4:-4]] = [node, str(CLIENTS / program)]
    return clients


def trust(certificate: Path) -> dict[str, str]:
    names = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
    return os.environ | {name: str(certificate) for name in names}


def table() -> list[tuple[dict, dict]]:
    """Requests, and what has to be in their answers."""
    size = len(NUMBERS)
    rows = [
        get("/", content=INDEX, type="text/html"),
        get("/index.html", content=INDEX, type="text/html"),
        get("/style.css", content=file("style.css"), type="text/css"),
        get("/nest.svg", content=file("nest.svg"), type="image/svg+xml"),
        get("/samples/methods.csv", content=file("samples/methods.csv"), type="text/csv"),
        get("/samples/numbers.txt", content=NUMBERS, type="text/plain"),
        get("/samples/two%20words.txt", content=file("samples/two words.txt"), type="text/plain"),
        get("/samples/гнездо.txt", content=file("samples/гнездо.txt"), type="text/plain"),
        get("/guide", content=file("guide/index.html"), type="text/html"),
        get("/absent", status=404, content=NOT_FOUND, type="text/html"),
        get("/samples/numbers.txt", Range="bytes=0-99", status=206, content=NUMBERS[:100]),
        get("/samples/numbers.txt", Range="bytes=-100", status=206, content=NUMBERS[-100:]),
        get("/samples/numbers.txt", Range=f"bytes={size}-", status=416),
        get("/index.html", If_None_Match="*", status=304, content=b""),
        request("HEAD", "/samples/numbers.txt", content=b"", type="text/plain"),
        request("OPTIONS", "/", status=204, content=b""),
    ]
    for method in ["POST", "PUT", "PATCH", "DELETE"]:
        rows.append(request(method, "/index.html", body="x" * 100_000, status=405))
    return rows


def file(name: str) -> bytes:
    return (WWW / name).read_bytes()


def get(path: str, **rest) -> tuple[dict, dict]:
    return request("GET", path, **rest)


def request(
    method: str,
    path: str,
    *,
    status: int = 200,
    content: bytes | None = None,
    type: str | None = None,
    body: str | None = None,
    **fields: str,
) -> tuple[dict, dict]:
    asked = {
        "method": method,
        "path": path,
        "fields": {name.replace("_", "-"): value for name, value in fields.items()},
        "body": body,
    }
    expected: dict[str, int | str] = {"status": status}
    if content is not None:
        expected["sha256"] = hashlib.sha256(content).hexdigest()
    if type:
        expected["type"] = type
    return asked, expected


def compare(
    found: verdict.Verdict, name: str, command: list[str], trusting: dict[str, str], version: str
) -> None:
    rows = table()
    asked = json.dumps([request for request, _ in rows])
    done = subprocess.run(
        command, env=trusting, input=asked, capture_output=True, text=True, timeout=SECONDS_MAX
    )
    if not found.equal(done.returncode, 0, f"{name}: its status"):
        print(done.stderr[-4000:])
        return
    # Once one after another, once at once.
    for round_name, answers in zip(["in turn", "at once"], json.loads(done.stdout), strict=True):
        for (request, expected), answer in zip(rows, answers, strict=True):
            what = f"{name}, {round_name}: {request['method']} {request['path']}"
            compare_answer(found, f"{what} {request['fields'] or ''}", expected, answer)
            # Not all can tell.
            told = answer.get("version", version)
            found.equal(told, version, f"{what}: the version of HTTP")


def compare_answer(found: verdict.Verdict, what: str, expected: dict, answer: dict) -> None:
    found.equal(answer["status"], expected["status"], f"{what}: status")
    if "sha256" in expected:
        found.equal(answer["sha256"], expected["sha256"], f"{what}: content")
    if "type" in expected:
        told = answer["fields"].get("content-type", "").partition(";")[0]
        found.equal(told, expected["type"], f"{what}: type")
    if expected["status"] == 405:
        found.check("GET" in answer["fields"].get("allow", ""), f"{what}: Allow", answer)
    found.check("date" in answer["fields"], f"{what}: Date", answer["fields"])


if __name__ == "__main__":
    verdict.run(__doc__, judge)
