"""The parts of an address: `urlsplit(uri).netloc`, `urlparse(uri).path`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse, urlsplit

from s3lint.inference.arguments import Arguments
from s3lint.inference.derived import cut, derived
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.place import Place
from s3lint.inference.values import Chunk, Constant, Reference, Text, Unknown, Value

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

SPLITTERS: dict[str, Callable[[str], Any]] = {"urllib.parse.urlsplit": urlsplit, "urllib.parse.urlparse": urlparse}

PARTS = ("scheme", "netloc", "path", "query", "fragment", "hostname")

HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?P<netloc>[^/?#]*)(?=/)", re.IGNORECASE)
"""The beginning of an address, up to the slash before its path."""

ENDS_PATH = re.compile("[?#;]")


@function(*SPLITTERS)
def parts_of_address(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    # With a default scheme, or without fragments, the parts are others.
    if arguments.count != 1 or arguments.spreads or list(arguments.named()):
        return None
    return Reference(f"{reference.path}()", arguments, operands=(arguments.get(None, 0),))


@attribute_of(*(f"{path}().{name}" for path in SPLITTERS for name in PARTS))
def part_of_address(evaluator: Evaluator, reference: Reference, place: Place) -> Value | None:
    owner = reference.receiver
    if not isinstance(owner, Reference) or not owner.operands:
        return None
    path, _, name = reference.path.rpartition("().")
    return evaluator.each(
        owner.operands[0], lambda value: _part(value, SPLITTERS[path], name) if isinstance(value, Text) else reference
    )


def _part(value: Text, split: Callable[[str], Any], name: str) -> Value:
    if value.literal is not None:
        return _of_literal(value, value.literal, split, name)
    # What fills a hole may have slashes: the parts are known where the host ends before it.
    host = HOST.match(value.head)
    if host is None or ENDS_PATH.search(value.known):
        return derived(value, "", "a part of an address")
    if name == "netloc":
        return cut(cut(value, host.end())[0], host.start("netloc"))[1]
    return _path(cut(value, host.end())[1]) if name == "path" else derived(value, "", "a part of an address")


def _of_literal(value: Text, literal: str, split: Callable[[str], Any], name: str) -> Value:
    try:
        part = getattr(split(literal), name)
    except ValueError:
        return Unknown("not an address")
    if not isinstance(part, str):
        return Constant(None)
    first = next((part.site for part in value.parts if isinstance(part, Chunk)), None)
    text = Text((Chunk(part, first),), trace=value.trace)
    return _path(text) if name == "path" else text


def _path(text: Text) -> Text:
    """Return a path that is written where it is taken out: its address is right as it is, where the path makes a malformed key."""
    parts = (Chunk(part.text) if isinstance(part, Chunk) else part for part in text.parts)
    return Text(tuple(parts), trace=text.trace)
