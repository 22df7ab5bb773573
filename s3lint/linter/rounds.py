"""Engines for rounds of fixes. A round changes the text of one file, and most of what is known of the others holds still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from s3lint.linter.engine import Engine
from s3lint.linter.result import Result
from s3lint.project.dependencies import Tracker
from s3lint.project.files import ProjectFiles
from s3lint.project.loader import Loader
from s3lint.project.searches import hits_in
from s3lint.settings import Settings


class Rounds:
    """What is known of a project whose files are as they were: what searches found, and results of files analysed for another one."""

    def __init__(self, settings: Settings, files: ProjectFiles, loader: Loader) -> None:
        self._settings = settings
        self._files = files
        self._loader = loader
        self._tracker = Tracker()
        self._results: dict[Path, tuple[Result, int]] = {}
        """Results by file, with the set of what each depends on."""

    @contextmanager
    def engine(self, path: Path, before: bytes, now: bytes) -> Iterator[Engine]:
        """Return an engine of its own for a round in which a file has another text than before, or the same. Parsed modules are shared."""
        made = self._unchanged() if now == before else self._changed(path, before, now)
        try:
            yield made
        finally:
            made.take_apart()

    def _unchanged(self) -> Engine:
        """Return an engine that learns for later rounds."""
        engine = Engine(self._settings, self._files, self._loader, self._tracker)
        engine.dependents = self._results
        return engine

    def _changed(self, path: Path, before: bytes, now: bytes) -> Engine:
        """Return an engine that knows what does not depend on the changed file."""
        engine = Engine(self._settings, self._files, self._loader, Tracker(on=False))
        found = self._tracker.found
        searches = [search for search in found if search.covers(path)]
        altered = hits_in(before, searches) ^ hits_in(now, searches)
        engine.tracker.found |= {search: paths for search, paths in found.items() if search not in altered}
        stale = self._tracker.concerning(path, altered)
        engine.dependents |= {other: (result, 0) for other, (result, read) in self._results.items() if not read & stale}
        return engine
