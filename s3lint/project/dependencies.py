"""What a value rests on besides the file that is checked: whatever was read of the project, or looked for in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from s3lint.project.searches import Search


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file and the digest of what it held; None where there was nothing to read."""

    path: Path
    digest: str | None


@dataclass(frozen=True, slots=True)
class FolderRead:
    """Whether there was a folder; with `namespace` whether it held Python code."""

    path: Path
    namespace: bool
    found: bool


@dataclass(frozen=True, slots=True)
class SearchRead:
    """The digest of the files of the project that a search found, in their order."""

    search: Search
    digest: str


@dataclass(frozen=True, slots=True)
class NeighbourRead:
    """With which files that touch storage a file may exchange values, as far as names alone tell (`Neighbours.concern`)."""

    path: Path
    found: str


Read = FileRead | FolderRead | SearchRead | NeighbourRead


class Reads:
    """Collects the reads of a computation. Whoever remembers a value remembers its reads, and adds them when the value is used again.

    A set of reads is the bits of a number, so that joining two costs next to nothing.
    """

    def __init__(self) -> None:
        self.noted = 0
        self.found: dict[Search, tuple[Path, ...]] = {}
        """Where searches found something: each is made once."""
        self._bits: dict[Read, int] = {}
        self._reads: list[Read] = []

    def note(self, read: Read) -> None:
        bit = self._bits.setdefault(read, len(self._bits))
        if bit == len(self._reads):
            self._reads.append(read)
        self.noted |= 1 << bit

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Within, `noted` holds what this part reads alone; afterwards it is joined with what was read before."""
        around, self.noted = self.noted, 0
        try:
            yield
        finally:
            self.noted |= around

    def listed(self) -> tuple[Read, ...]:
        """The reads that are noted."""
        bits = reversed(f"{self.noted:b}") if self.noted else ()
        return tuple(read for read, bit in zip(self._reads, bits, strict=False) if bit == "1")


def digest_of_paths(paths: Iterable[Path]) -> str:
    return digest(b"\0".join(map(os.fsencode, paths)))


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def text_of(found: Read) -> str:
    """A read as one line of JSON."""
    if isinstance(found, FileRead):
        return json.dumps(["file", str(found.path), found.digest])
    if isinstance(found, FolderRead):
        return json.dumps(["folder", str(found.path), found.namespace, found.found])
    if isinstance(found, SearchRead):
        return json.dumps(["search", found.search.kind, found.search.name, found.digest])
    return json.dumps(["neighbour", str(found.path), found.found])


def read_of(text: str) -> Read:
    kind, *parts = json.loads(text)
    if kind == "file":
        return FileRead(Path(parts[0]), parts[1])
    if kind == "folder":
        return FolderRead(Path(parts[0]), *parts[1:])
    if kind == "search":
        return SearchRead(Search(parts[0], parts[1]), parts[2])
    return NeighbourRead(Path(parts[0]), parts[1])
