"""The parts of an address: `urlsplit(uri).netloc`, `urlparse(uri).path`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse, urlsplit

from s3lint.inference.arguments import Arguments
from s3lint.inference.derived import cut, derived
from s3lint.inference.handlers import unpacking
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.place import Place
from s3lint.inference.values import Chunk, Constant, Reference, Sequence, Text, Unknown, Value, alternatives

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

SPLITTERS: dict[str, Callable[[str], Any]] = {"urllib.parse.urlsplit": urlsplit, "urllib.parse.urlparse": urlparse}

ITEMS = {
    "urllib.parse.urlsplit()": ("scheme", "netloc", "path", "query", "fragment"),
    "urllib.parse.urlparse()": ("scheme", "netloc", "path", "params", "query", "fragment"),
}
"""The parts in the order in which they are unpacked."""

HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?P<netloc>[^/?#]*)(?=/)", re.IGNORECASE)
"""The beginning of an address, up to the slash before its path."""

ENDS_PATH = re.compile("[?#;]")


@function(*SPLITTERS)
def parts_of_address(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    # With a default scheme the parts are others; without fragments too, if there is one.
    named = [name for name, _ in arguments.named()]
    if arguments.count != 1 or arguments.spreads or named not in ([], ["allow_fragments"]):
        return None
    address = arguments.get(None, 0)
    if named and any("#" in choice.known for choice in alternatives(address) if isinstance(choice, Text)):
        return None
    return Reference(f"{reference.path}()", arguments, operands=(address,))


@unpacking(Reference)
def items_of_address(evaluator: Evaluator, owner: Reference, place: Place) -> Value:
    """Return the parts of a split address in their order, and any other thing of a library as it is."""
    if owner.path not in ITEMS or not owner.operands:
        return owner
    return Sequence(tuple(evaluator.attribute(owner, name, place) for name in ITEMS[owner.path]))


@attribute_of(*(f"{path}.{name}" for path, items in ITEMS.items() for name in (*items, "hostname")))
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
