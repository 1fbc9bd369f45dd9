"""Makes the requests of the judge `clients` with urllib, of Python's standard library."""

import hashlib
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor


def main() -> None:
    asked = json.load(sys.stdin)
    in_turn = [ask(request) for request in asked]
    with ThreadPoolExecutor(len(asked)) as at_once:
        json.dump([in_turn, list(at_once.map(ask, asked))], sys.stdout)


def ask(request: dict) -> dict:
    body = request["body"].encode() if request["body"] else None
    url = sys.argv[1] + urllib.parse.quote(request["path"], safe="/%")
    method = request["method"]
    try:
        asked = urllib.request.Request(url, body, request["fields"], method=method)
        return told(urllib.request.urlopen(asked, timeout=20))
    except urllib.error.HTTPError as answer:
        return told(answer)


def told(answer) -> dict:
    with answer:
        content = answer.read()
    fields = {name.lower(): value for name, value in answer.headers.items()}
    sha256 = hashlib.sha256(content).hexdigest()
    return {"status": answer.status, "fields": fields, "sha256": sha256}


main()
