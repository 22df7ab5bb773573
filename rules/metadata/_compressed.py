"""Bodies that were compressed before they are uploaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from s3lint.api import (
    Absent,
    Arguments,
    Buffer,
    Call,
    Context,
    ObjectCall,
    Place,
    Reference,
    Scope,
    Value,
    alternatives,
    called_name,
)

CODINGS = (
    (re.compile(r"(?:^|\.)gzip\.compress\(\)$"), "gzip"),
    (re.compile(r"^brotli(?:cffi)?\.compress\(\)$"), "br"),
    (re.compile(r"^(?:py)?zstd\.compress\(\)$|^zstandard\.(?:compress|ZstdCompressor\(\)\.compress)\(\)$"), "zstd"),
)

BODIES = ("Body", "Fileobj")

GZIP_FILES = ("gzip.GzipFile", "gzip.open")


def coding_of(fact: ObjectCall, context: Context) -> str | None:
    """Return the content coding that every possible body has, or None."""
    for name in BODIES:
        value = fact.parameters.get(name)
        if not isinstance(value, Absent):
            found = {_coding(choice, fact.scope, context) for choice in alternatives(value)}
            return found.pop() if len(found) == 1 else None
    return None


def _coding(value: Value, scope: Scope, context: Context) -> str | None:
    if isinstance(value, Buffer):
        inside = [_coding(choice, scope, context) for choice in alternatives(value.path)]
        if inside and all(inside):
            return inside[0]
        return "gzip" if any(_same_node(value, buffer) for buffer in _gzipped(value.scope or scope, context)) else None
    if isinstance(value, Reference):
        if isinstance(value.receiver, Buffer) and value.path.endswith((".getvalue()", ".read()", ".getbuffer()")):
            return _coding(value.receiver, scope, context)
        return next((coding for pattern, coding in CODINGS if pattern.search(value.path)), None)
    return None


def _same_node(one: Value, other: Value) -> bool:
    return one.site is not None and other.site is not None and one.site.node is other.site.node


def _gzipped(scope: Scope, context: Context) -> Iterator[Buffer]:
    """Return the buffers into which a function writes through gzip."""
    for step in scope.walk():
        for node, binders in step.nodes:
            if isinstance(node, cst.Call) and called_name(node.func) in ("GzipFile", "open"):
                place = Place(step, binders)
                callee = context.evaluator.evaluate(node.func, place)
                if isinstance(callee, Reference) and callee.path in GZIP_FILES:
                    yield from _target(Arguments(context.evaluator, Call.of(node, place)), callee.path)


def _target(arguments: Arguments, path: str) -> Iterator[Buffer]:
    target = arguments.get("fileobj", 3) if path == "gzip.GzipFile" else arguments.get("filename", 0)
    yield from (choice for choice in alternatives(target) if isinstance(choice, Buffer))
