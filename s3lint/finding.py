"""What is reported: plain data that travels between processes and into every report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path


class Confidence(IntEnum):
    """`HIGH`: receiver and values resolved. `MEDIUM`: a practically unique shape, or one of several values. `LOW`: a guess."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Row and column, from 1; columns count characters."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces a range of a file by text. An empty range inserts."""

    start: Location
    end: Location
    content: str
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that remove a finding. A `safe` fix leaves nothing else to do."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """A place that explains a finding: where its value passed on its way."""

    path: Path
    location: Location
    message: str
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of the standard at one place. `end` is behind the last character."""

    code: str
    name: str
    message: str
    path: Path
    start: Location
    end: Location
    confidence: Confidence
    profile: str
    clause: str | None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    cell: int | None = None
    noqa_row: int = 0
    subject: str = ""
    """What a rule compares when it looks at its findings together."""

    @property
    def order(self) -> tuple[str, int, Location, str, str]:
        """Findings are reported by path, cell, place and code."""
        return str(self.path), self.cell or 0, self.start, self.code, self.message


MAX_FAILURE_CHARACTERS = 400
"""Of an exception's text, which may quote the checked code at any length."""


def failure(name: str, error: BaseException, path: Path | None = None) -> str:
    """Return one line about an exception inside s3lint: `name` is the rule, the extractor or s3lint itself, `path` the file at hand."""
    text = " ".join(str(error).split())[:MAX_FAILURE_CHARACTERS]
    return f"{f'{path}: ' if path is not None else ''}{name} failed: {type(error).__name__}{f': {text}' if text else ''}"
