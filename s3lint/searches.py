"""What is looked for in the bytes of a project's files: callers of a function, importers of a module. Nothing here needs a parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["calls", "constructions", "imports"]

IMPORTING = r"^[ \t]*(?:from|import)\b[^\n]*\b%s\b|\bimport[ \t]*\([^)]*\b%s\b"
"""A statement that may import a module of a name; what it imports is resolved then."""


@dataclass(frozen=True, slots=True)
class Search:
    """Text that may call a function or pass it on to be called, make an object of a class, or import a module of a name."""

    kind: Kind
    name: str

    @property
    def word(self) -> bytes:
        """What stands in every file that the search finds."""
        return self.name.encode("utf-8", "surrogateescape")

    @property
    def pattern(self) -> str:
        """Most begin with plain text, which `re` finds fast."""
        name = re.escape(self.name)
        if self.kind == "imports":
            return IMPORTING % (name, name)
        return name + (r"\s*(?:[(,)]|\.__init__\()" if self.kind == "constructions" else r"\s*[(,)]")

    def finds(self, data: bytes) -> bool:
        """Whether a file may hold what is looked for."""
        if self.word not in data:
            return False
        pattern = _in_bytes(self.pattern)
        if self.kind == "imports":
            return pattern.search(data) is not None
        before = (data[max(0, match.start() - 6) : match.start()] for match in pattern.finditer(data))
        return any(is_used(text.decode("latin-1")) for text in before)


@lru_cache(1_000)
def _in_bytes(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode("utf-8", "surrogateescape"), re.MULTILINE)


def is_used(before: str) -> bool:
    """Whether a name that stands behind this text is used, not defined, and not the end of another name."""
    return not before.endswith(("def ", "class ")) and not (before[-1:].isalnum() or before[-1:] == "_")
