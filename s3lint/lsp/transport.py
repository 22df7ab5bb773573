"""Read what a client sends: well-formed messages are passed on to pygls, everything else costs one line on standard error.

pygls takes any length of a message for true, and prints tracebacks where a message is no JSON-RPC. Imports `reports`, to escape what it quotes.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import BinaryIO

from s3lint.reports import printable

MAX_MESSAGE_BYTES = 256 << 20
"""Bytes of a message. The largest document that is analysed has 2 MB; clients send whole documents, and escape them."""

MAX_HEADER_BYTES = 8 << 10
"""Bytes of a line of a message's header."""

MAX_LINE_CHARACTERS = 500
"""Characters of an event: messages quote what the client sent."""

LENGTH = re.compile(rb"Content-Length: *(\d{1,12})\r?\n", re.IGNORECASE)


class MessageReader:
    """A binary stream of messages, from which pygls reads headers line by line and then the content."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ready = BytesIO()
        self.broken = False
        """Whether the client has sent a header that tells no length, so that the next message cannot be found."""

    def readline(self) -> bytes:
        """Return the next line; empty at the end of the stream, and where it is broken."""
        line = self._ready.readline()
        if not line:
            self._ready = BytesIO(self._next())
            line = self._ready.readline()
        return line

    def read(self, size: int) -> bytes:
        """Return the next bytes of the message whose header has been read."""
        return self._ready.read(size)

    def _next(self) -> bytes:
        """Return the next messages with their headers; empty at the end."""
        while (length := self._length()) is not None:
            content = self._stream.read(length)
            if len(content) < length:
                return b""
            messages = list(_objects(content))
            if messages:
                return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(message), message) for message in messages)
            print_error("the client sent a message that is no JSON object; it is ignored")
        return b""

    def _length(self) -> int | None:
        """Read a header and return the length of its message; None at the end, and where the header tells none that can be right."""
        found = None
        while line := self._stream.readline(MAX_HEADER_BYTES):
            if not line.strip():
                if found is not None and found <= MAX_MESSAGE_BYTES:
                    return found
                break
            match = LENGTH.fullmatch(line)
            found = int(match[1]) if match is not None else found
        else:
            return None
        print_error(f"the client sent a header without a Content-Length of at most {MAX_MESSAGE_BYTES:,} bytes; the server stops")
        self.broken = True
        return None


def _objects(content: bytes) -> Iterator[bytes]:
    """Yield the message, or those of a batch, which JSON-RPC has and the protocol of editors has not."""
    start = content.lstrip()[:1]
    if start == b"{":
        yield content
    elif start == b"[":
        yield from (json.dumps(item).encode() for item in _items(content) if isinstance(item, dict))


def _items(content: bytes) -> Iterable[object]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return ()
    return found if isinstance(found, list) else ()


def print_error(message: str) -> None:
    """Print one line on standard error, which editors show as the server's log."""
    print(f"s3lint: {printable(message[:MAX_LINE_CHARACTERS])}", file=sys.stderr, flush=True)


class OneLine(logging.Handler):
    """Print each event of pygls as one line, without tracebacks."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the first line of an event, and the error that it is about."""
        error = record.exc_info[1] if record.exc_info else None
        reason = f": {type(error).__name__}: {error}" if error is not None else ""
        print_error(f"server: {record.getMessage().partition(chr(10))[0]}{reason}")
