"""Make the searches of a project, each once, and record that an answer depends on what they found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from s3lint.project.dependencies import SearchDependency, Tracker
from s3lint.project.searches import IN_IMPORTS, USED, used_names
from s3lint.source.text import searchable

if TYPE_CHECKING:
    from pathlib import Path

    from s3lint.project.files import ProjectFiles
    from s3lint.project.loader import Loader
    from s3lint.project.searches import Kind, Search

MAX_SCANS = 32
"""Searches of one file for calls by reading it; then all names that it calls are indexed. A large file has a search for each function."""

NAME = re.compile(rb"\w+")


class Hits:
    """What is known of the hits of one search: files that have one, and files that were not searched yet.

    Folders of one name share it, so that no file is searched twice for a name.
    """

    def __init__(self, left: Iterable[Path]) -> None:
        self._found: list[Path] = []
        self._left = list(left)

    def first(self, search: Search, finds: Callable[[Search, Path], bool]) -> Path | None:
        """Return one of the files with a hit that a search covers, or None."""
        known = next(filter(search.covers, self._found), None)
        if known is not None:
            return known
        passed: list[Path] = []
        left = iter(self._left)
        for path in left:
            if not search.covers(path):
                passed.append(path)
            elif finds(search, path):
                self._found.append(path)
                known = path
                break
        self._left = [*passed, *left]
        return known


class Searcher:
    """Searches the files of one project. What is found is kept by the tracker, as results name it."""

    def __init__(self, files: ProjectFiles, loader: Loader, tracker: Tracker) -> None:
        self.files = files
        self._loader = loader
        self.tracker = tracker
        self._recorded: dict[Search, SearchDependency] = {}
        self._scans: Counter[Path] = Counter()
        self._hits: dict[Search, Hits] = {}
        self._used: dict[tuple[Path, Kind], tuple[bytes, set[bytes]]] = {}

    def found(self, search: Search) -> tuple[Path, ...]:
        """Return the files in which a search finds something, in the order of the project."""
        found = self.tracker.answered(search, lambda: self._first(search) if search.asks_whether else self._all(search))
        if search not in self._recorded:
            self._recorded[search] = self.tracker.search(search, found)
        self.tracker.record(self._recorded[search])
        return found

    def _all(self, search: Search) -> tuple[Path, ...]:
        return tuple(path for path in self.files.word_index.files_with(search.word) if self._finds(search, path))

    def _first(self, search: Search) -> tuple[Path, ...]:
        """Return a file with a hit, if there is one."""
        anywhere = replace(search, outside="")
        if anywhere not in self._hits:
            self._hits[anywhere] = Hits(self.files.word_index.candidates(search.word))
        first = self._hits[anywhere].first(search, self._finds)
        return (first,) if first is not None else ()

    def _finds(self, search: Search, path: Path) -> bool:
        data = self.files.content(path)
        if search.kind in IN_IMPORTS:
            return search.is_imported_by(searchable(data), self._loader.imports(path, data))
        if search.kind not in USED or not NAME.fullmatch(search.word):
            return search.finds(data)
        self._scans[path] += 1
        if self._scans[path] <= MAX_SCANS:
            return search.finds(data)
        known = self._used.get((path, search.kind))
        if known is None or known[0] != data:
            known = self._used[path, search.kind] = data, used_names(data, search.kind)
        return search.word in known[1]
