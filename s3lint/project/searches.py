"""Search the bytes of a project's files for callers of a function, importers of a module, and names of stores.

A search may find too much, since it reads text and not syntax: inference checks each hit. Imports only `word_index` and `support.frozen`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, AnyStr, Literal

from s3lint.project.word_index import spaced, words_of
from s3lint.source.text import UTF8_BOM, searchable
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

Kind = Literal["calls", "constructions", "entries", "imports", "members", "stores", "words"]

PATH_PART = rb"(?:[ \t\f.\w\x80-\xff]|\\\r?\n?)"
"""A character of what stands between `from` and `import`, or the end of a line that is continued."""

IMPORTS = re.compile(
    rb"[\n\r;:][ \t\f]*(?:import\b|from\b(?=%(part)s{0,200}\bimport\b|%(part)s{200}))"
    rb"[^\n\r;(\\]*(?:\\\r?\n?[^\n\r;(\\]*)*(?:\((?:[^)#]|#[^\n\r]*)*)?" % {b"part": PATH_PART}
)
"""An import wherever a statement may begin, with the lines that it continues on. Prose that begins a line with `import` counts too."""

MEMBER = r"\.[\s\\]*%s\b|[\"']%s[\"']"
"""An attribute, or a text that `getattr` may take for one."""

USED = {"calls": r"\s*[(,)]", "constructions": r"\s*(?:[(,)]|\.__init__\()"}
"""What follows a name that is called or passed as an argument."""

IN_IMPORTS = ("entries", "imports")
"""The kinds of searches of which the words in the imports of a file tell whether it has a hit. `Project.find` resolves what those import."""

STORE_NAMES = {
    b"s3": re.compile(rb"(?<![a-z0-9])s3[^\s.,;)]"),
    b"delta": re.compile(
        rb"""["']delta["'](?!\s*:)|\bto_?delta|delta(?:lake|table|\.`)|(?:write|sink|scan|read|load)_delta|using\s+delta"""
    ),
} | dict.fromkeys(
    [b"awsglue", b"awswrangler", b"boto", b"cloudpath", b"databricks", b"duckdb", b"fsspec", b"obstore", b"spark"], re.compile(b"")
)
"""Names in lower case, each with a pattern around it: a project with tables in S3 or Delta Lake contains one of them."""

CONTEXT_BYTES = 12
"""Bytes before and after such a name that its pattern may read."""

IN_TEXT = {kind: re.compile(after) for kind, after in USED.items()}
IN_BYTES = {kind: re.compile(after.encode()) for kind, after in USED.items()}
NAMES = {kind: re.compile(rb"(\w+)\b(?=%s)" % after.encode()) for kind, after in USED.items()}


@frozen()
class Search:
    """A search for text that may call a function or pass it as an argument, construct a class, import a module, name anything in an
    import or as an attribute (`entries`, `members`), name a store, or hold any word.

    The name of an imported module may be preceded by its folder's, `folder.module`: then a file must contain both.
    """

    kind: Kind
    name: str = ""
    outside: str = ""
    """The path of a file or folder: the search asks only whether a file elsewhere has a hit."""

    @property
    def asks_whether(self) -> bool:
        """Tell whether one hit is enough for the answer, wherever it is."""
        return self.kind == "stores" or bool(self.outside)

    def covers(self, path: Path) -> bool:
        """Tell whether a file is searched."""
        return not self.outside or not f"{path}{os.sep}".startswith(f"{self.outside.rstrip(os.sep)}{os.sep}")

    @property
    def word(self) -> bytes:
        """Return a word that every file with a hit contains; empty for stores."""
        return self.name.rpartition(".")[2].encode("utf-8", "surrogateescape")

    def finds(self, data: bytes) -> bool:
        """Tell whether the bytes of a file may contain a hit."""
        data = searchable(data)
        if self.kind == "stores":
            return _names_store(data)
        word = self.word
        if self.kind == "words":
            return word in data and word in words_of(data)
        if self.kind in IN_IMPORTS:
            return word in data and self.is_imported_by(data, imports_in(data))
        if self.kind == "members":
            return word in data and _pattern_with(MEMBER, word).search(data) is not None
        # Six bytes before a word suffice to recognise `class `, the longest text that makes it a definition.
        places = _places(data, word, IN_BYTES[self.kind])
        return any(is_used(data[max(0, place - 6) : place].decode("latin-1")) for place in places)

    def is_imported_by(self, data: bytes, imports: bytes) -> bool:
        """Tell whether a `searchable` file may contain a hit, if the words in its imports (`imports_in`) are known."""
        package = self.name.rpartition(".")[0].encode("utf-8", "surrogateescape")
        return b" %s " % self.word in imports and package in data

    def is_used_in(self, text: str) -> bool:
        """Tell whether a text may call the name or pass it as an argument."""
        if self.name not in text:
            return False
        return any(is_used(text[max(0, place - 6) : place]) for place in _places(text, self.name, IN_TEXT[self.kind]))


def imports_in(data: bytes) -> bytes:
    """Return the words in the imports in a `searchable` file, each between spaces, as `Search.is_imported_by` takes them."""
    return spaced(b"\n".join(_imports(b"\n" + data.removeprefix(UTF8_BOM))))


def _imports(data: bytes) -> Iterator[bytes]:
    """Yield the imports in the bytes of a file that begins with the end of a line."""
    end = 0
    # Most of a file is passed over by a search for the word alone.
    while (place := data.find(b"import", end)) >= 0:
        match = IMPORTS.search(data, _line_before(data, place, end))
        if match is None:
            return
        yield match[0]
        end = match.end()


def _line_before(data: bytes, place: int, least: int) -> int:
    """Return where the line that holds a place begins, those that it continues included."""
    start = data.rfind(b"\n", least, place)
    while start > least and data.endswith((b"\\", b"\\\r"), least, start):
        start = data.rfind(b"\n", least, start)
    return max(start, least)


def hits_in(data: bytes, searches: Iterable[Search]) -> set[Search]:
    """Return the searches that may have a hit in the bytes of a file."""
    data = searchable(data)
    imports = imports_in(data)
    return {each for each in searches if (each.is_imported_by(data, imports) if each.kind in IN_IMPORTS else each.finds(data))}


def used_names(data: bytes, kind: Kind) -> set[bytes]:
    """Return the names in ASCII that a search for calls or constructions finds in the bytes of a file."""
    data = searchable(data)
    return {
        match[1]
        for match in NAMES[kind].finditer(data)
        if is_used(data[max(0, match.start() - 6) : match.start()].decode("latin-1"))
    }


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
def _pattern_with(pattern: str, word: bytes) -> re.Pattern[bytes]:
    name = re.escape(word)
    return re.compile(pattern.encode() % (name, name), re.MULTILINE)


def _places(text: AnyStr, word: AnyStr, after: re.Pattern[AnyStr]) -> Iterator[int]:
    """Yield the offsets of a word that a pattern follows. One pattern serves all words: compiling one for each is slow."""
    place = text.find(word)
    while place >= 0:
        end = place + len(word)
        if after.match(text, end):
            yield place
        place = text.find(word, end)


STORES = Search("stores")


def is_used(before: str) -> bool:
    """Tell whether a name after this text is used rather than defined, and is not the end of a longer name."""
    return not before.endswith(("def ", "class ")) and not (before[-1:].isalnum() or before[-1:] == "_")
