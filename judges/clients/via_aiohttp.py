"""Makes the requests of the judge `clients` with aiohttp, in one session."""

import asyncio
import hashlib
import json
import sys

import aiohttp


async def main() -> None:
    asked = json.load(sys.stdin)
    patience = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(sys.argv[1], timeout=patience) as session:
        in_turn = [await ask(session, request) for request in asked]
        at_once = await asyncio.gather(*(ask(session, request) for request in asked))
    json.dump([in_turn, at_once], sys.stdout)


async def ask(session: aiohttp.ClientSession, request: dict) -> dict:
    arguments = {"headers": request["fields"], "data": request["body"], "allow_redirects": True}
    async with session.request(request["method"], request["path"], **arguments) as answer:
        content = await answer.read()
    return {
        "status": answer.status,
        "fields": {name.lower(): value for name, value in answer.headers.items()},
        "sha256": hashlib.sha256(content).hexdigest(),
    }


asyncio.run(main())
