"""Asks for many targets over HTTP/2, for the judge `traversal`: whatever they are, as `:path`.

Reads targets as JSON from standard input, octets as Latin-1, and prints the status and content of
each answer, or why there is none. A stream that is refused costs nothing; after a connection that
ends, the rest is asked on a new one.
"""

import json
import socket
import sys

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset

AT_ONCE = 50
# h2 would refuse to send most of them.
AS_IT_STANDS = H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False)


def main() -> None:
    targets = json.load(sys.stdin)
    answers: list[dict] = []
    while len(answers) < len(targets):
        answers += ask(targets[len(answers) :])
    json.dump(answers, sys.stdout)


def ask(targets: list[str]) -> list[dict]:
    """Asks on one connection; at least one answer."""
    answers: list[dict] = []
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as peer:
        h2 = H2Connection(AS_IT_STANDS)
        h2.initiate_connection()
        while len(answers) < len(targets):
            batch = Batch(h2, peer, targets[len(answers) : len(answers) + AT_ONCE])
            answers += batch.answers()
            if batch.has_ended:
                break
    return answers


class Batch:
    """Targets that are asked at once."""

    def __init__(self, h2: H2Connection, peer: socket.socket, targets: list[str]) -> None:
        self.h2 = h2
        self.peer = peer
        self.told: dict[int, dict] = {}
        self.has_ended = False
        for target in targets:
            stream = h2.get_next_available_stream_id()
            fields = [(":method", "GET"), (":scheme", "http"), (":authority", "localhost")]
            h2.send_headers(stream, [*fields, (":path", target.encode("latin-1"))], end_stream=True)
            self.told[stream] = {"status": None, "fields": {}, "content": ""}
        self.waiting = set(self.told)

    def answers(self) -> list[dict]:
        while self.waiting and not self.has_ended:
            self.peer.sendall(self.h2.data_to_send())
            octets = self.peer.recv(65536)
            self.has_ended = not octets
            for event in self.h2.receive_data(octets):
                self.hear(event)
        if not self.has_ended:
            self.peer.sendall(self.h2.data_to_send())
        # The first that was not answered is what ended the connection.
        told = [told for stream, told in self.told.items() if stream not in self.waiting]
        return told or [next(iter(self.told.values()))]

    def hear(self, event: object) -> None:
        if isinstance(event, ResponseReceived):
            fields = {name.decode(): value.decode("latin-1") for name, value in event.headers}
            self.told[event.stream_id] |= {"status": int(fields.pop(":status")), "fields": fields}
        elif isinstance(event, DataReceived):
            self.told[event.stream_id]["content"] += event.data.decode("latin-1")
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded | StreamReset):
            self.waiting.discard(event.stream_id)
        elif isinstance(event, ConnectionTerminated):
            self.has_ended = True


main()
