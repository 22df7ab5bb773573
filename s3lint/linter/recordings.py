"""Read recordings of storage calls, and find the lines that made them in the files as they are.

A recording comes from `s3lint.observe`, and may be written by a stranger: its size, its lines, its calls and the search for moved functions
are bounded, and nothing in it is run.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from s3lint.errors import ConfigurationError
from s3lint.project.boundary import repository_root
from s3lint.project.files import MAX_READ_BYTES
from s3lint.settings import Settings
from s3lint.source.text import Unreadable, declared_encoding, split_lines
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen

VERSION = 1
"""Of the lines that are understood: `s3lint.observe.recorder.VERSION`."""

MAX_RECORDING_BYTES = 256 * 1024 * 1024
MAX_LINE_BYTES = 131_072
MAX_LINES = 1_000_000

MAX_COUNT = 10**15
"""How often a call may be said to have been made."""

MAX_CALLS = 100_000
MAX_CALLS_PER_FILE = 2_000
"""Different calls, of all files and made from one; later ones are ignored. The recorder keeps 200 of each line."""

MAX_SEARCHED_LINES = 1_000_000
"""Lines of source that are read again and again, for each file, to find functions that are not where they were."""


@frozen()
class Place:
    """The line of a first-party frame, and what identifies the function that it is in. Without `digest` it only repeats another."""

    line: int
    first: int
    lines: int
    digest: str


@dataclass(slots=True)
class Call:
    """One kind of call, where it was made, and how often. The parameters are JSON: as objects they would take many times the memory."""

    operation: str
    text: str
    place: Place
    count: int = 0

    @property
    def parameters(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.text)
        return made


class Recordings:
    """The calls of some recordings by the file that made them; `problems` has one sentence for each thing that cannot be used."""

    def __init__(self, paths: Sequence[Path], root: Path) -> None:
        self.problems: dict[Path, str] = {}
        self._calls: dict[Path, dict[tuple[str, str, int], Call]] = {}
        self._kept = 0
        for path in paths:
            self._read(path, root)
        gone = sum(len(calls) for path, calls in self._calls.items() if not os.path.isfile(path))  # noqa: PTH113 - `Path.is_file` raises for names that no file can have
        if gone:
            counted = "1 recorded call is" if gone == 1 else f"{gone:,} recorded calls are"
            self.problems[root] = f"{root}: {counted} of files that are gone: record the calls again"

    def of(self, path: Path) -> list[Call]:
        """Return the calls that a file made."""
        return [call for call in self._calls.get(path, {}).values() if call.count and call.place.digest]

    def _read(self, path: Path, root: Path) -> None:
        wrong = 0
        for number, line in enumerate(io.BytesIO(_bytes_of(path))):
            if number == MAX_LINES:
                self.problems[path] = f"{path}: only the first {MAX_LINES:,} lines are used: record fewer tests at a time"
                return
            wrong += bool(line.strip()) and not self._add(line, root)
        if wrong:
            counted = "1 line is" if wrong == 1 else f"{wrong:,} lines are"
            self.problems[path] = f"{path}: {counted} cut, or of another version of s3lint: record the calls again"

    def _add(self, line: bytes, root: Path) -> bool:
        """Add a line to the calls. Return False for one that is not understood."""
        try:
            data = json.loads(line) if len(line) <= MAX_LINE_BYTES else {}
            repeats = "repeats" in data
            frame, parameters = (data["at"], data["repeats"]) if repeats else (data["frames"][0], data["parameters"])
            operation, count, text = str(data["operation"]), int(data["count"]), json.dumps(parameters, sort_keys=True)
            path, place = Path(os.path.normpath(root / str(frame["file"]))), _place(frame)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
            return False
        if data.get("version") != VERSION or not isinstance(parameters, dict):
            return False
        if not 1 <= count <= MAX_COUNT or not path.is_relative_to(root):
            return False
        self._keep(path, Call(operation, text, place, count))
        return True

    def _keep(self, path: Path, made: Call) -> None:
        calls = self._calls.setdefault(path, {}) if self._kept < MAX_CALLS else self._calls.get(path, {})
        key = made.operation, made.text, made.place.line
        known = calls.get(key)
        if known is not None:
            known.count = min(known.count + made.count, MAX_COUNT)
            known.place = made.place if made.place.digest else known.place
        elif self._kept < MAX_CALLS and len(calls) < MAX_CALLS_PER_FILE:
            calls[key] = made
            self._kept += 1


def _bytes_of(path: Path) -> bytes:
    try:
        return read_bounded(path, MAX_RECORDING_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{path}: the recording cannot be read: {error.strerror or error}") from None


def _place(frame: Mapping[str, Any]) -> Place:
    return Place(int(frame["line"]), int(frame.get("first", 0)), int(frame.get("lines", 0)), str(frame.get("digest", "")))


def recordings_of(settings: Settings) -> Recordings:
    """Return the recordings that the settings name, read once for each state of the files. Raises `ConfigurationError`."""
    return _recordings(settings.observed, repository_root(settings.root) or settings.root, tuple(map(_state_of, settings.observed)))


def _state_of(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _recordings(paths: tuple[Path, ...], root: Path, _: tuple[tuple[int, int], ...]) -> Recordings:
    return Recordings(paths, root)


@dataclass(slots=True)
class Source:
    """The lines of a file as it is, in which recorded lines are found again."""

    text: str
    lines: Sequence[str]
    _starts: dict[tuple[int, int, str], int] = field(default_factory=dict)
    _searched: int = 0

    @classmethod
    def of(cls, path: Path, data: bytes | None = None) -> Source:
        """Return the source in a file, or in `data`; an empty one if it cannot be read."""
        try:
            data = read_bounded(path, MAX_READ_BYTES) if data is None else data
            text = data.decode(declared_encoding(data), "replace").removeprefix("\ufeff")
        except (OSError, Unreadable, LookupError):
            text = ""
        return cls(text, [line.rstrip("\r\n") for line in split_lines(text)])

    def row(self, place: Place) -> int:
        """Return the row of a recorded line; 0 if the function around it has another text.

        A function that has moved is found by its text, the one nearest to its old place first.
        """
        offset = place.line - place.first
        if not 0 <= offset < place.lines <= len(self.lines):
            return 0
        function = place.first, place.lines, place.digest
        if function not in self._starts:
            self._starts[function] = self._start(place)
        start = self._starts[function]
        return start + 1 + offset if start >= 0 else 0

    def _start(self, place: Place) -> int:
        """Return the index of the first line of a function; -1 if it is not there."""
        for start in _by_distance(place.first - 1, len(self.lines) - place.lines):
            if self._searched > MAX_SEARCHED_LINES:
                break
            self._searched += place.lines
            if _digest(self.lines[start : start + place.lines]) == place.digest:
                return start
        return -1


def _by_distance(place: int, last: int) -> Iterator[int]:
    """Yield the indexes from 0 to `last`, those nearest to a place first."""
    place = max(0, min(place, last))
    for before, after in zip_longest(range(place, -1, -1), range(place + 1, last + 1)):
        yield from (index for index in (before, after) if index is not None)


def _digest(lines: Sequence[str]) -> str:
    """Return what `s3lint.observe.frames.digest_of` does. The recorder runs in programs without the linter, and shares nothing with it."""
    return hashlib.sha256("\n".join(line.rstrip() for line in lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]
