"""Findings and fixes as plain data: picklable, sent between processes and into every report. Imports `support.frozen` alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Literal, get_args

from s3lint.support.frozen import frozen

Profile = Literal["default", "strict", "preview"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
"""The sets of rules, each of which contains those before it. In `preview` are rules on trial, which any release may change."""


class Confidence(IntEnum):
    """How sure a finding is.

    `HIGH`: receiver and values resolved. `MEDIUM`: a practically unique pattern, or one of several possible values. `LOW`: a guess.
    """

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    def __str__(self) -> str:
        return self.name.lower()


class Severity(IntEnum):
    """How bad it is if a finding is right.

    `ERROR`: data is lost, exposed or was not checked. `WARNING`: the standard is broken. `INFO`: costs, style, tidiness.
    """

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Row and column, from 1; columns count characters."""

    row: int
    column: int


@frozen()
class Edit:
    """Replace a range of a file by text; an empty range inserts. In a notebook rows count from the start of `cell`."""

    start: Location
    end: Location
    content: str
    cell: int | None = None


@frozen()
class Fix:
    """Edits that remove a finding. A `safe` fix keeps the behaviour of the program and can be merged unread."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool = False


@frozen()
class Related:
    """A place that explains a finding: a step on the way of its value from the literal to the call."""

    path: Path
    location: Location
    message: str
    cell: int | None = None


@frozen()
class Observed:
    """How often recorded calls of a running program violated the rule at this place, and the address of one of them."""

    count: int
    example: str


@frozen()
class Finding:
    """One violation of the standard at one place. `end` is behind the last character, `noqa_row` the row of its `noqa` comment."""

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
    """What a rule compares across the findings of a project, such as the name of a bucket."""
    unfixed: str = ""
    """Why a finding whose rule can fix it elsewhere has no fix."""
    severity: Severity = Severity.WARNING
    observed: Observed | None = None
    """What recorded calls show of it; None for a finding of the source alone."""

    @property
    def order(self) -> tuple[str, int, Location, str, str]:
        """Return the sort key of reports: path, cell, start, code, message."""
        return str(self.path), self.cell or 0, self.start, self.code, self.message


MAX_FAILURE_CHARACTERS = 400
"""Of an exception's text, which may quote the checked code at any length."""


def failure(name: str, error: BaseException, path: Path | None = None) -> str:
    """Return one line about an exception inside s3lint: `name` is the rule, the extractor or s3lint itself, `path` the file at hand."""
    text = " ".join(str(error).split())[:MAX_FAILURE_CHARACTERS]
    return f"{f'{path}: ' if path is not None else ''}{name} failed: {type(error).__name__}{f': {text}' if text else ''}"
