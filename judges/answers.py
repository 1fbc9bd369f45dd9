"""Reads HTTP/1.1 answers from a socket, strictly: what is not well-formed by RFC 9112 is an error.

Only what a server has to send; it forgives nothing, so it is no client for the world.
"""

import re
from dataclasses import dataclass
from typing import BinaryIO

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)\r\n")
FIELD_LINE = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*"
    rb"[\x21-\x7e\x80-\xff])?)?)[\t ]*\r\n"
)
LINE_BYTES_MAX = 65536


class Malformed(Exception):
    """What came is not an answer."""


@dataclass
class Answer:
    status: int
    # Names in small letters; values of equal names joined by ", ".
    fields: dict[str, str]
    content: bytes

    @property
    def closes(self) -> bool:
        return "close" in self.fields.get("connection", "").lower()


def read_answer(reader: BinaryIO, method: str) -> Answer | None:
    """The next answer; `None` if the connection ends before it begins.

    Raises `Malformed`, also when the connection ends within the answer.
    """
    line = reader.readline(LINE_BYTES_MAX)
    if not line:
        return None
    matched = STATUS_LINE.fullmatch(line)
    if not matched:
        raise Malformed(f"the status line {line!r}")
    status = int(matched[1])
    fields = read_fields(reader)
    if "date" not in fields and status < 500:
        raise Malformed("an answer without Date")
    return Answer(status, fields, read_content(reader, method, status, fields))


def read_fields(reader: BinaryIO) -> dict[str, str]:
    fields: dict[str, str] = {}
    while (line := reader.readline(LINE_BYTES_MAX)) != b"\r\n":
        matched = FIELD_LINE.fullmatch(line)
        if not matched:
            raise Malformed(f"the field line {line!r}")
        name, value = matched[1].decode().lower(), matched[2].decode("latin-1")
        if name in fields and name in ["content-length", "date", "content-type", "location"]:
            raise Malformed(f"{name} appears twice")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def read_content(reader: BinaryIO, method: str, status: int, fields: dict[str, str]) -> bytes:
    # RFC 9112 §6.3, the cases of a response, in its order.
    if method == "HEAD" or status < 200 or status in [204, 304]:
        return b""
    if "transfer-encoding" in fields:
        if "content-length" in fields or fields["transfer-encoding"] != "chunked":
            raise Malformed(f"the framing {fields!r}")
        return read_chunks(reader)
    if "content-length" in fields:
        return read_exactly(reader, number(fields["content-length"], 10))
    if "close" not in fields.get("connection", ""):
        raise Malformed(f"content without an end: {fields!r}")
    return reader.read()


def read_chunks(reader: BinaryIO) -> bytes:
    chunks = []
    while size := number(reader.readline(LINE_BYTES_MAX).decode("latin-1").rstrip("\r\n"), 16):
        chunks.append(read_exactly(reader, size))
        if reader.read(2) != b"\r\n":
            raise Malformed("a chunk that is longer than its size")
    read_fields(reader)
    return b"".join(chunks)


def read_exactly(reader: BinaryIO, size: int) -> bytes:
    content = reader.read(size)
    if len(content) < size:
        raise Malformed(f"the connection ended {size - len(content)} octets too early")
    return content


def number(digits: str, base: int) -> int:
    # int() would take signs, spaces and underscores.
    if not re.fullmatch("[0-9]{1,19}" if base == 10 else "[0-9A-Fa-f]{1,16}", digits):
        raise Malformed(f"the number {digits!r}")
    return int(digits, base)
