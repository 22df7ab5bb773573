"""Incremental analysis of one project: files, modules and findings are kept between checks, and dropped when a file changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from s3lint.finding import Finding
from s3lint.linter.decisions import decided_by, may_be_decided
from s3lint.linter.engine import Engine
from s3lint.linter.fix import deciding_engine
from s3lint.project.files import ProjectFiles
from s3lint.project.loader import Loader
from s3lint.settings import Settings
from s3lint.source.script_cells import plain
from s3lint.source.text import Source, Unreadable


class UnsavedTexts(Mapping[Path, bytes]):
    """The last parsable text of each open file, found by every path that leads to the file (links too)."""

    def __init__(self) -> None:
        self._texts: dict[Path, bytes] = {}
        self._real_paths: dict[Path, Path] = {}

    def put(self, path: Path, data: bytes) -> None:
        """Store the text of a file."""
        self._real_paths[path] = self._real_paths.get(path) or real_path(path)
        self._texts[self._real_paths[path]] = data

    def drop(self, path: Path) -> None:
        """Forget the text of a file: what is on disk counts again."""
        self._texts.pop(self._real_paths.pop(path, path), None)

    def __getitem__(self, path: Path) -> bytes:
        return self._texts[self._real_paths.get(path) or real_path(path)]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._real_paths)

    def __len__(self) -> int:
        return len(self._real_paths)


def real_path(path: Path) -> Path:
    """The path without links. Before Python 3.13 `Path.resolve` raises for links in a circle; this does not."""
    return Path(os.path.realpath(path))


class ProjectSession:
    """The state of one project while it is edited."""

    def __init__(self, settings: Settings, unsaved: UnsavedTexts) -> None:
        self.settings = settings
        self.files = ProjectFiles(settings, unsaved)
        self.related: dict[Path, frozenset[Path]] = {}
        """For each open file the files that passed values to it or took values from it when it was last checked."""
        self._loader = Loader()
        self._engine: Engine | None = None
        self._decided = settings
        self._decided_for: dict[Path, set[tuple[str, str]]] = {}
        """For each file the codes and subjects of findings for which the rules have decided over the whole project what their fixes write."""
        self._deciding: dict[Path, tuple[Finding, ...]] = {}
        """What those rules find in each file of the project, until it or a related file changes."""
        self._links: dict[Path, tuple[Path, ...]] = {}
        self._findings: dict[Path, tuple[bytes, list[Finding]]] = {}

    @property
    def engine(self) -> Engine:
        """An engine for the files as they are now. It shares the loader, so unchanged modules are not parsed again."""
        if self._engine is None:
            self._engine = Engine(self._decided, self.files, self._loader)
        return self._engine

    def refresh(self, paths: Iterable[Path]) -> None:
        """Take note of files that were changed, created or deleted."""
        for path in paths:
            self.files.refresh(path)
            self.drop_findings((path, *self.related.get(path, ())))
        self._engine = None

    def drop_findings(self, paths: Iterable[Path]) -> None:
        """Forget the findings in some files, because a file related to them has changed."""
        for path in paths:
            self._findings.pop(path, None)
            self._deciding.pop(path, None)

    def drop_all_findings(self) -> None:
        """Forget the findings in every file."""
        self._findings.clear()
        self._deciding.clear()
        self._decided_for.clear()

    def findings(self, path: Path, data: bytes) -> list[Finding]:
        """The findings in a file that is not open, cached until its text changes or they are dropped."""
        cached = self._findings.get(path)
        if cached is None or cached[0] != data:
            cached = self._findings[path] = data, self.check(path, data)[0]
        return cached[1]

    def with_links(self, path: Path) -> tuple[Path, ...]:
        """A file and the links to it in the project, as of the first call for it."""
        if path not in self._links:
            real = real_path(path)
            links = (name for name in self.files.searched if name.is_symlink() and real_path(name) == real)
            self._links[path] = tuple(dict.fromkeys((path, *links)))
        return self._links[path]

    def check(self, path: Path, data: bytes) -> tuple[list[Finding], tuple[str, ...]]:
        """The findings in a text and the errors of its analysis; nothing for a text that does not touch storage."""
        is_relevant = self.settings.observed or self.engine.is_relevant(path, data)
        found, errors = self.engine.check(path, data) if is_relevant else ([], ())
        subjects = {(finding.code, finding.subject) for finding in found if may_be_decided(finding)}
        if subjects == self._decided_for.get(path, set()):
            return found, errors
        self._decided_for[path] = subjects
        with suppress(Unreadable):  # Nothing is related to a notebook.
            # The change may have related other files to this one than those that were when it was last checked.
            self.drop_findings(self._related_now(path, data))
        self._decided, self._engine = self._decide(), None
        return self.engine.check(path, data)

    def _decide(self) -> Settings:
        """Return the settings with what the rules decide over the whole project, of which only changed files are analysed again."""
        engine = deciding_engine(self.settings, self.files, self._loader)
        known, self._deciding = self._deciding, {}
        for path in self.files.outside_tests:
            found = known.get(path)
            self._deciding[path] = found if found is not None else engine.analyze(path, self.files.content(path)).findings
        return decided_by([finding for found in self._deciding.values() for finding in found], self.settings, self.files)

    def parses(self, path: Path, data: bytes) -> bool:
        """Whether a text parses. The module is kept for the check that follows."""
        try:
            self._loader.load(Source.decode(path, plain(data)))
        except Unreadable:
            return False
        return True

    def related_files(self, path: Path, data: bytes) -> frozenset[Path]:
        """The files related to one now or when it was last checked: in all of them findings may have changed."""
        before = self.related.get(path, frozenset())
        try:
            self.related[path] = self._related_now(path, data)
        except Unreadable:
            return before
        return before | self.related[path]

    def _related_now(self, path: Path, data: bytes) -> frozenset[Path]:
        """Return the files related to one with this text. Raises `Unreadable`."""
        return frozenset(found for name in self.with_links(path) for found in self.engine.related_files(name, data))
