"""Makes the requests of the judge `clients` with httpx: in turn by its synchronous client, at once
by its asynchronous one. Over https it speaks HTTP/2."""

import asyncio
import hashlib
import json
import sys

import httpx

OPTIONS = {"base_url": sys.argv[1], "follow_redirects": True, "timeout": 20, "http2": True}


def main() -> None:
    asked = json.load(sys.stdin)
    with httpx.Client(**OPTIONS) as client:
        in_turn = [told(client.request(**arguments(request))) for request in asked]
    json.dump([in_turn, asyncio.run(ask_at_once(asked))], sys.stdout)


async def ask_at_once(asked: list[dict]) -> list[dict]:
    async with httpx.AsyncClient(**OPTIONS) as client:
        answers = (client.request(**arguments(request)) for request in asked)
        return [told(answer) for answer in await asyncio.gather(*answers)]


def arguments(request: dict) -> dict:
    return {
        "method": request["method"],
        "url": request["path"],
        "headers": request["fields"],
        "content": request["body"],
    }


def told(answer: httpx.Response) -> dict:
    return {
        "status": answer.status_code,
        "version": answer.http_version.removeprefix("HTTP/"),
        "fields": dict(answer.headers),
        "sha256": hashlib.sha256(answer.content).hexdigest(),
    }


main()
