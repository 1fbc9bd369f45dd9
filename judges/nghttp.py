"""nghttp and h2load: HTTP/2 by the programs of the library that most servers are built on.

`nghttp` loads a page with all that it links to, with priorities, padding, small windows, tiny
tables and CONTINUATION frames, posts to the example `target`, which has to give every octet back,
and is refused when it posts to files. `h2load` makes ten thousand requests, a hundred at once on
each of fifty connections: not one may fail. All with TLS and without.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

import install
import verdict
from gnezdo import ARCHITECTURES, CONCURRENT, Gnezdo, running_target
from load import run_h2load

PICTURES = 40
UPLOAD_BYTES = 1_000_000
SECONDS_MAX = 60

# What a client may do otherwise than others.
MANNERS = [
    "",
    "--no-dep",
    "--no-rfc7540-pri",
    "--padding=200",
    "--window-bits=10 --connection-window-bits=17",
    "--header-table-size=0 --encoder-header-table-size=0",
    "--header-table-size=0 --header-table-size=4096",
    "--continuation",
    "--max-concurrent-streams=1 --peer-max-concurrent-streams=1",
]
# Not among them: `--expect-continue`, with which nghttp 1.52 waits for ever, whoever the server is,
# when the status that is final comes right behind the 100, as it does from an echo.
MANNERS_OF_UPLOADS = [
    "",
    "--padding=200",
    "--window-bits=10",
    "--no-content-length --trailer=checked:yes",
    "--continuation",
]
LOAD = "-n 10000 -c 50 -m 100"
LOAD_FULL = "-n 200000 -c 100 -m 100"


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    nghttp = install.program("nghttp", "nghttp2-client")
    h2load = install.program("h2load", "nghttp2-client")
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        root = build_page(Path(folder) / "root")
        upload = Path(folder) / "upload"
        upload.write_bytes(bytes(range(256)) * (UPLOAD_BYTES // 256))
        for architecture in ARCHITECTURES:
            for tls in [False, True]:
                server = Gnezdo(found, options.program, root, architecture=architecture, tls=tls)
                with server:
                    name = f"{architecture}{', TLS' if tls else ''}"
                    for manner in MANNERS:
                        load_page(found, [nghttp, *manner.split()], server.url, name)
                    refuse_upload(found, nghttp, server.url, upload, name)
                    if architecture in CONCURRENT:
                        load = LOAD_FULL if options.full else LOAD
                        picture = f"{server.url}/picture-0.svg"
                        run_h2load(found, [h2load, *load.split(), picture], name)
            with running_target(found, architecture) as url:
                for manner in MANNERS_OF_UPLOADS:
                    echo_upload(found, [nghttp, *manner.split()], url, upload, architecture)
    told = f"{len(MANNERS)} ways to load a page, {len(MANNERS_OF_UPLOADS)} to post; h2load {LOAD}"
    return f"{told}; {', '.join(ARCHITECTURES)}"


def build_page(root: Path) -> Path:
    root.mkdir()
    names = [f"picture-{number}.svg" for number in range(PICTURES)]
    for name in names:
        (root / name).write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {name} --></svg>')
    (root / "style.css").write_text("body { color: black }\n" * 2_000)
    (root / "script.js").write_text("// nothing\n" * 2_000)
    links = '<link rel="stylesheet" href="style.css"><script src="script.js"></script>'
    links += "".join(f'<img src="{name}">' for name in names)
    (root / "index.html").write_text(f"<!doctype html><title>Page</title>{links}\n")
    return root


def load_page(found: verdict.Verdict, command: list[str], url: str, name: str) -> None:
    """The page, and all that it links to, in full and with 200."""
    command = [*command, "--null-out", "--get-assets", "--stat", "--no-verify-peer", f"{url}/"]
    name = f"{name}: {' '.join(command[1:-1])}"
    done = run(command)
    found.equal(done.returncode, 0, f"{name}: its status")
    said = done.stdout.decode()
    # Number, three times, status, size and path.
    rows = re.findall(r"^ *\d+ +\S+ +\S+ +\S+ +(\d+) +\S+ (/\S*)$", said, re.MULTILINE)
    found.equal(len({path for _, path in rows}), PICTURES + 3, f"{name}: answers")
    found.equal({status for status, _ in rows}, {"200"}, f"{name}: the statuses")
    found.check("[ERROR]" not in said, f"{name}: without an error", said)


def refuse_upload(
    found: verdict.Verdict, nghttp: str, url: str, upload: Path, name: str
) -> None:
    command = [nghttp, "--verbose", "--no-verify-peer", "--data", str(upload), f"{url}/"]
    said = re.sub(r"\x1b\[[0-9;]*m", "", run(command).stdout.decode(errors="replace"))
    found.check(":status: 405" in said, f"{name}: an upload is refused", said[-2000:])
    found.check("GET" in "".join(re.findall("allow: .*", said)), f"{name}: Allow", said[-2000:])


def echo_upload(
    found: verdict.Verdict, command: list[str], url: str, upload: Path, architecture: str
) -> None:
    name = f"{architecture}: {' '.join(command[1:])} --data"
    done = run([*command, "--data", str(upload), f"{url}/"])
    found.equal(done.returncode, 0, f"{name}: its status")
    sent = upload.read_bytes()
    found.check(done.stdout == sent, f"{name}: all comes back", f"{len(done.stdout)} octets")


def run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS_MAX
    )


if __name__ == "__main__":
    verdict.run(__doc__, judge)
