"""What is looked for in the bytes of a project's files: callers of a function, importers of a module. Nothing here needs a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, AnyStr, Literal

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

Kind = Literal["calls", "constructions", "imports", "stores"]

IMPORTING = r"^[ \t]*(?:from|import)\b[^\n]*\b%s\b|\bimport[ \t]*\([^)]*\b%s\b"
"""A statement that may import a module of a name; what it imports is resolved then."""

USED = {"calls": r"\s*[(,)]", "constructions": r"\s*(?:[(,)]|\.__init__\()"}
"""What stands behind a name that is called or passed on."""

STORE_NAMES = {
    b"s3": re.compile(rb"(?<![a-z0-9])s3[^\s.,;)]"),
    b"delta": re.compile(
        rb"""["']delta["'](?!\s*:)|\bto_?delta|delta(?:lake|table|\.`)|(?:write|sink|scan|read|load)_delta|using\s+delta"""
    ),
} | dict.fromkeys(
    [b"awsglue", b"awswrangler", b"boto", b"cloudpath", b"databricks", b"duckdb", b"fsspec", b"obstore", b"spark"], re.compile(b"")
)
"""What stands in some file of a project that keeps tables in S3 or in Delta Lake, in lower case, and how it does around it."""

CONTEXT_BYTES = 12
"""Bytes before and behind such a name that tell how it stands."""

IN_TEXT = {kind: re.compile(after) for kind, after in USED.items()}
IN_BYTES = {kind: re.compile(after.encode()) for kind, after in USED.items()}


@dataclass(frozen=True, slots=True)
class Search:
    """Text that may call a function or pass it on to be called, make an object of a class, import a module of a name, or name a store.

    The name of a module may stand behind that of its folder, `folder.module`, which then stands in the file, too.
    """

    kind: Kind
    name: str = ""

    @property
    def word(self) -> bytes:
        """What stands in every file that the search finds."""
        return self.name.rpartition(".")[2].encode("utf-8", "surrogateescape")

    def finds(self, data: bytes) -> bool:
        """Whether a file may hold what is looked for."""
        if self.kind == "stores":
            return _names_store(data)
        word = self.word
        if self.kind == "imports":
            package = self.name.rpartition(".")[0].encode("utf-8", "surrogateescape")
            return package in data and word in data and _importing(word).search(data) is not None
        places = _places(data, word, IN_BYTES[self.kind])
        return any(is_used(data[max(0, place - 6) : place].decode("latin-1")) for place in places)

    def is_used_in(self, text: str) -> bool:
        """Whether a text may call what is looked for, or pass it on."""
        return any(is_used(text[max(0, place - 6) : place]) for place in _places(text, self.name, IN_TEXT[self.kind]))


def _names_store(data: bytes) -> bool:
    lowered = data.lower()
    names = list(STORE_NAMES)
    for index, start, end in _automaton().find_matches_as_indexes(lowered):
        if STORE_NAMES[names[index]].search(lowered, max(0, start - CONTEXT_BYTES), end + CONTEXT_BYTES):
            return True
    return False


@cache
def _automaton() -> BytesAhoCorasick:
    from ahocorasick_rs import BytesAhoCorasick

    return BytesAhoCorasick(list(STORE_NAMES))


@lru_cache(1_000)
def _importing(word: bytes) -> re.Pattern[bytes]:
    name = re.escape(word)
    return re.compile(IMPORTING.encode() % (name, name), re.MULTILINE)


def _places(text: AnyStr, word: AnyStr, after: re.Pattern[AnyStr]) -> Iterator[int]:
    """Where a word stands before what fits a pattern. No pattern is compiled for each word: there are many."""
    place = text.find(word)
    while place >= 0:
        end = place + len(word)
        if after.match(text, end):
            yield place
        place = text.find(word, end)


STORES = Search("stores")


def is_used(before: str) -> bool:
    """Whether a name that stands behind this text is used, not defined, and not the end of another name."""
    return not before.endswith(("def ", "class ")) and not (before[-1:].isalnum() or before[-1:] == "_")
