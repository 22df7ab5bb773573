"""Dependency tracking: which files, folders and searches of the project a result depends on, so that a cache can tell whether it is fresh.

Imports only `searches` and `support.frozen`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import field
from hashlib import blake2b
from pathlib import Path

from s3lint.project.searches import Search
from s3lint.support.frozen import frozen


@frozen()
class FileDependency:
    """A file that was read, and the digest of its bytes; None if it could not be read.

    `extent` tells in a stored dependency what of the file was read (`Extent.row`); empty if that is all or unknown.
    """

    path: Path
    digest: str | None
    extent: tuple[object, ...] = field(default=(), compare=False, repr=False)


@frozen()
class FolderDependency:
    """A test whether a folder exists or, with `namespace`, whether it contains Python code; `found` is the answer."""

    path: Path
    namespace: bool
    found: bool


@frozen()
class SearchDependency:
    """A search in the project, and the digest of the answer (`digest_of_found`)."""

    search: Search
    digest: str


@frozen()
class RelatedFilesDependency:
    """With which files that touch storage a file may exchange values, as far as names alone tell (`ImportGraph.fingerprint`)."""

    path: Path
    fingerprint: str


Dependency = FileDependency | FolderDependency | SearchDependency | RelatedFilesDependency

Answer = Callable[[Search], tuple[Path, ...] | None]
"""Returns the files in which a search finds something now, if an earlier run made it; else None."""


def unanswered(_: Search) -> None:
    """Answer no search: where there is no earlier run."""


class Tracker:
    """Records the dependencies of the computation that runs.

    Code that caches a value caches the dependencies recorded meanwhile with it, and adds them to `recorded` on each use.
    Sets of dependencies are int bitmasks over all that were ever recorded: union is `|`. They are joined at every step of the
    evaluation, where sets of objects would cost more than the evaluation itself.
    """

    def __init__(self, *, on: bool = True, answer: Answer = unanswered) -> None:
        """With `on` false nothing is recorded or digested: for a run whose results no cache keeps. `answer` knows earlier searches."""
        self.on = on
        self._answer = answer
        self.recorded = 0
        """Bitmask of the dependencies recorded so far."""
        self.found: dict[Search, tuple[Path, ...]] = {}
        """Results of searches; each is made once."""
        self._bits: dict[Dependency, int] = {}
        self._dependencies: list[Dependency] = []

    def record(self, dependency: Dependency) -> None:
        """Add a dependency to `recorded`."""
        if not self.on:
            return
        bit = self._bits.setdefault(dependency, len(self._bits))
        if bit == len(self._dependencies):
            self._dependencies.append(dependency)
        self.recorded |= 1 << bit

    def file(self, path: Path, data: bytes | None) -> FileDependency:
        """Return the dependency on a file with these bytes; None for one that cannot be read."""
        return FileDependency(path, digest(data) if data is not None and self.on else None)

    def search(self, search: Search, found: Sequence[Path]) -> SearchDependency:
        """Return the dependency on what a search found."""
        return SearchDependency(search, digest_of_found(search, found) if self.on else "")

    def answered(self, search: Search, find: Callable[[], tuple[Path, ...]]) -> tuple[Path, ...]:
        """Return what a search finds: as this run or an earlier one found it, else as `find` does."""
        if search not in self.found:
            known = self._answer(search)
            self.found[search] = find() if known is None else known
        return self.found[search]

    def forget(self) -> None:
        """Forget what was recorded. Sets from before mean nothing afterwards, so whoever keeps some must forget them too."""
        self.recorded = 0
        self._bits.clear()
        self._dependencies.clear()

    @contextmanager
    def isolated(self) -> Iterator[None]:
        """Record from an empty set inside the block, so that `recorded` is what the block depends on; join with the rest after it."""
        around, self.recorded = self.recorded, 0
        try:
            yield
        finally:
            self.recorded |= around

    def concerning(self, path: Path, searches: AbstractSet[Search]) -> int:
        """Return the set of the dependencies, of all that were ever recorded, on a file or on one of some searches."""
        return sum(
            1 << bit
            for bit, each in enumerate(self._dependencies)
            if (each.search in searches if isinstance(each, SearchDependency) else each.path == path)
        )

    def dependencies(self) -> tuple[Dependency, ...]:
        """Return what is recorded, as objects."""
        # Lowest bit first. One text of bits is faster than a shift for each: a large project records tens of thousands.
        bits = reversed(f"{self.recorded:b}") if self.recorded else ()
        return tuple(dependency for dependency, bit in zip(self._dependencies, bits, strict=False) if bit == "1")


def digest_of_found(search: Search, found: Sequence[Path]) -> str:
    """Return the digest of what a search found: of the paths in the order of the project, or of whether there is any."""
    return digest(b"found" if found else b"") if search.asks_whether else digest_of_paths(found)


def digest_of_paths(paths: Iterable[Path]) -> str:
    """Return a digest of the paths, in their order."""
    return digest(b"\0".join(map(os.fsencode, paths)))


def digest(data: bytes) -> str:
    """Return a BLAKE2b digest as 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def json_of(dependency: Dependency) -> str:
    """Return a dependency as one line of JSON, which `dependency_of` reads."""
    if isinstance(dependency, FileDependency):
        return json.dumps(["file", str(dependency.path), dependency.digest, *dependency.extent])
    if isinstance(dependency, FolderDependency):
        return json.dumps(["folder", str(dependency.path), dependency.namespace, dependency.found])
    if isinstance(dependency, SearchDependency):
        search = dependency.search
        return json.dumps(["search", search.kind, search.name, search.outside, dependency.digest])
    return json.dumps(["related", str(dependency.path), dependency.fingerprint])


def dependency_of(text: str) -> Dependency:
    """Return the dependency that `json_of` wrote."""
    kind, *parts = json.loads(text)
    if kind == "file":
        return FileDependency(Path(parts[0]), parts[1], tuple(parts[2:]))
    if kind == "folder":
        return FolderDependency(Path(parts[0]), *parts[1:])
    if kind == "search":
        return SearchDependency(Search(*parts[:3]), parts[3])
    return RelatedFilesDependency(Path(parts[0]), parts[1])
