"""Makes the requests of the judge `clients` with requests, in one session."""

import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import requests


def main() -> None:
    asked = json.load(sys.stdin)
    with requests.Session() as session:
        in_turn = [ask(session, request) for request in asked]
        with ThreadPoolExecutor(len(asked)) as pool:
            at_once = list(pool.map(lambda request: ask(session, request), asked))
    json.dump([in_turn, at_once], sys.stdout)


def ask(session: requests.Session, request: dict) -> dict:
    answer = session.request(
        request["method"],
        sys.argv[1] + request["path"],
        headers=request["fields"],
        data=request["body"],
        timeout=20,
    )
    return {
        "status": answer.status_code,
        "fields": {name.lower(): value for name, value in answer.headers.items()},
        "sha256": hashlib.sha256(answer.content).hexdigest(),
    }


main()
