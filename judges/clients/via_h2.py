"""Makes the requests of the judge `clients` with h2, which knows frames and no more, on a socket.

Over `http` with prior knowledge, over `https` by ALPN. In turn and at once on one connection each.
"""

import hashlib
import json
import socket
import ssl
import sys
from urllib.parse import quote, urljoin, urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset

URL = urlsplit(sys.argv[1])


def main() -> None:
    asked = json.load(sys.stdin)
    client = Client()
    in_turn = [followed(client, client.ask_all([request])[0], request) for request in asked]
    client = Client()
    answers = client.ask_all(asked)
    at_once = [followed(client, *pair) for pair in zip(answers, asked, strict=True)]
    json.dump([in_turn, at_once], sys.stdout)


def followed(client: "Client", answer: dict, request: dict) -> dict:
    """The answer, or the one to which it leads."""
    if answer["status"] not in [301, 308]:
        return answer
    path = urljoin(request["path"], answer["fields"]["location"])
    return client.ask_all([request | {"path": path}])[0]


class Client:
    """One connection."""

    def __init__(self) -> None:
        self.socket = socket.create_connection((URL.hostname, URL.port), 20)
        if URL.scheme == "https":
            context = ssl.create_default_context()
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname=URL.hostname)
            assert self.socket.selected_alpn_protocol() == "h2"
        self.contents: dict[int, bytes] = {}
        self.h2 = H2Connection(H2Configuration(header_encoding="latin-1"))
        self.h2.initiate_connection()

    def ask_all(self, asked: list[dict]) -> list[dict]:
        streams = [self.begin(request) for request in asked]
        self.answers = {stream: {"fields": {}, "content": b""} for stream in streams}
        self.waiting = set(streams)
        while self.waiting:
            self.send_contents()
            self.socket.sendall(self.h2.data_to_send())
            octets = self.socket.recv(65536)
            assert octets, "the connection ended"
            for event in self.h2.receive_data(octets):
                self.hear(event)
        self.socket.sendall(self.h2.data_to_send())
        return [told(self.answers[stream]) for stream in streams]

    def begin(self, request: dict) -> int:
        stream = self.h2.get_next_available_stream_id()
        content = (request["body"] or "").encode()
        fields = [
            (":method", request["method"]),
            (":scheme", URL.scheme),
            (":authority", URL.netloc),
            (":path", quote(request["path"], safe="/%")),
            *((name.lower(), value) for name, value in request["fields"].items()),
        ]
        if content:
            fields.append(("content-length", str(len(content))))
        self.h2.send_headers(stream, fields, end_stream=not content)
        if content:
            self.contents[stream] = content
        return stream

    def send_contents(self) -> None:
        """As much of each as its window allows."""
        for stream, content in list(self.contents.items()):
            while content and stream in self.waiting:
                window = self.h2.local_flow_control_window(stream)
                size = min(window, self.h2.max_outbound_frame_size)
                if size <= 0:
                    break
                piece, content = content[:size], content[size:]
                self.h2.send_data(stream, piece, end_stream=not content)
            self.contents[stream] = content
            if not content or stream not in self.waiting:
                del self.contents[stream]

    def hear(self, event: object) -> None:
        if isinstance(event, ResponseReceived):
            self.answers[event.stream_id]["fields"] = dict(event.headers)
        elif isinstance(event, DataReceived):
            self.answers[event.stream_id]["content"] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.waiting.discard(event.stream_id)
        elif isinstance(event, StreamReset):
            # RFC 9113 §8.1: after a whole answer, it only says that the rest is not needed.
            assert event.error_code == 0 and event.stream_id not in self.waiting, event


def told(answer: dict) -> dict:
    fields = answer["fields"]
    return {
        "status": int(fields.pop(":status")),
        "version": "2",
        "fields": fields,
        "sha256": hashlib.sha256(answer["content"]).hexdigest(),
    }


main()
