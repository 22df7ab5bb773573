"""Classify the destination of a path: on S3, elsewhere, an in-memory buffer, or unknown."""

from __future__ import annotations

import re
from enum import Enum

from s3lint.inference.library_values import Buffer, CloudPath, FileSystem
from s3lint.inference.values import Constant, Reference, Sequence, Text, Value, alternatives

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
S3 = re.compile(r"(?:simplecache::|filecache::)?s3[an]?://?", re.IGNORECASE)

LOCAL_MAKERS = (
    "tempfile.",
    "os.getcwd",
    "os.curdir",
    "__file__",
    "pathlib.Path",
    "os.path.abspath",
    "os.path.dirname",
    "os.path.expanduser",
)


class Destination(Enum):
    """The kind of place that a path names."""

    S3 = "s3"
    ELSEWHERE = "elsewhere"
    BUFFER = "buffer"
    UNKNOWN = "unknown"


def destination_of(path: Value, file_system: Value | None = None) -> Destination:
    """Return the kind of place that one value names. For a union, call it with each alternative.

    A path without a scheme is local (on EMR it is HDFS), unless an S3 file system object is passed along.
    """
    if isinstance(path, CloudPath):
        return Destination.S3
    if isinstance(path, Buffer):
        return Destination.BUFFER if path.kind in BUFFERS else Destination.ELSEWHERE
    if isinstance(path, Text):
        return _of_text(path, isinstance(file_system, FileSystem))
    if isinstance(path, Reference):
        return _of_reference(path, file_system)
    if isinstance(path, Sequence) and path.items:
        return _of_several(path, file_system)
    if isinstance(path, Constant) and path.value is not None:
        return Destination.ELSEWHERE
    return Destination.S3 if isinstance(file_system, FileSystem) else Destination.UNKNOWN


BUFFERS = frozenset({"io.BytesIO()", "io.StringIO()", "pyarrow.BufferOutputStream()"})


def _of_text(path: Text, on_s3: bool) -> Destination:
    # A text that begins with a hole or a Jinja expression leads where the value of the hole leads.
    head = path.head
    if S3.match(head):
        return Destination.S3
    if SCHEME.match(head):
        return Destination.ELSEWHERE
    if head.startswith("{{") or not head:
        if on_s3:
            return Destination.S3 if head or path.holes else Destination.UNKNOWN
        return destination_of(path.holes[0].value) if path.holes else Destination.UNKNOWN
    return Destination.S3 if on_s3 else Destination.ELSEWHERE


def _of_several(paths: Sequence, file_system: Value | None) -> Destination:
    """Return S3 where one path leads there; elsewhere where each is known to lead elsewhere."""
    kinds = {destination_of(choice, file_system) for item in paths.items for choice in alternatives(item)}
    if Destination.S3 in kinds:
        return Destination.S3
    # A list that a loop fills may hold more paths than are known, but of the same kind.
    return Destination.ELSEWHERE if kinds == {Destination.ELSEWHERE} else Destination.UNKNOWN


OPENED_ON_S3 = frozenset({"s3fs.S3FileSystem().open()", "s3fs.S3FileSystem().open_output_stream()"})

OPENERS = {"smart_open.open()": "uri", "smart_open.smart_open()": "uri", "fsspec.open()": "urlpath"}


def _of_reference(path: Reference, file_system: Value | None) -> Destination:
    if path.path in OPENED_ON_S3:
        return Destination.S3
    if path.path in OPENERS and path.arguments is not None:
        return destination_of(path.arguments.get(OPENERS[path.path], 0))
    # These functions lead where their first operand leads.
    if path.operands and path.path in ("os.path.join()", "str()", "os.path.abspath()", "os.path.dirname()", "pathlib.Path()"):
        first = destination_of(path.operands[0], file_system)
        if first is not Destination.UNKNOWN:
            return first
    if path.path.startswith(LOCAL_MAKERS):
        return Destination.ELSEWHERE
    return Destination.S3 if isinstance(file_system, FileSystem) else Destination.UNKNOWN
