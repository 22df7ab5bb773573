"""Analyze files one after the other in one process, and forget what was used least recently when too much is kept."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.linter.result import Result
from s3lint.project.files import MAX_READ_BYTES
from s3lint.settings import Settings
from s3lint.support.bounded_read import read_bounded
from s3lint.support.clock import CLOCK
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.linter.engine import Engine
    from s3lint.project.loader import Extents
    from s3lint.runner.cache.results import Cache

MAX_LIVE_OBJECTS = 1_250_000
"""Objects alive (of some 120 bytes each) above which a worker drops its engines, which then read their projects again."""

MAX_OWN_OBJECTS = 900_000
"""The same for a worker that is forked: it also holds what the process has read that it is forked from."""

MAX_PROJECTS = 8
"""Projects above which it drops them too: the bytes of their files are few objects, so the bound above does not see them."""


@frozen()
class Task:
    """A file to analyze, and the index of its settings: settings travel to a worker once. `standalone`: its dependents are not in the run."""

    path: Path
    settings: int
    standalone: bool


class Worker:
    """Analyzes files with one engine for each settings, so that files of one project share what was read of it.

    `extents` is filled with what is read of modules; None if nobody asks for it. `cache` knows what earlier runs found.
    """

    def __init__(self, settings: Sequence[Settings], extents: Extents | None = None, cache: Cache | None = None) -> None:
        self._extents = extents
        self._cache = cache
        self._told: dict[tuple[Path, str], tuple[int, int, bool]] = {}
        self._settings = settings
        self._engines: dict[int, Engine] = {}
        self.start()

    def start(self, *, forked: bool = False) -> None:
        """Count the objects that it makes from here on."""
        self._counted = gc.get_count()[0]
        self._most = min(MAX_OWN_OBJECTS, MAX_LIVE_OBJECTS) if forked else MAX_LIVE_OBJECTS

    def engine(self, task: Task) -> Engine:
        """Return the engine for the settings of a task."""
        if task.settings not in self._engines:
            self._engines[task.settings] = self._engine_of(self._settings[task.settings])
        return self._engines[task.settings]

    def analyze(self, task: Task) -> Result:
        """Analyze a file; where its dependents are not in the run, also for the findings that they give rise to in it."""
        if len(self._engines) > MAX_PROJECTS or (self._alive() > self._most and not self._has_room_without_trees()):
            self._forget(task)
        engine = self.engine(task)
        try:
            with CLOCK.stage("reading"):
                data = read_bounded(task.path, MAX_READ_BYTES)
        except OSError as error:
            return Result(task.path, errors=(f"{task.path}: cannot be read: {error.strerror or error}",))
        return engine.analyze_standalone(task.path, data) if task.standalone else engine.analyze(task.path, data)

    def index(self, tasks: Sequence[Task]) -> None:
        """Read of the project of some tasks what every worker would read that analyzes some of them."""
        engine = self.engine(tasks[0])
        if any(task.standalone for task in tasks):
            engine.import_graph.build()
        engine.index()

    def _engine_of(self, settings: Settings) -> Engine:
        if self._cache is not None:
            return self._cache.project(settings).engine(self._extents)
        from s3lint.linter.engine import Engine
        from s3lint.project.dependencies import Tracker
        from s3lint.project.loader import Loader

        return Engine(settings, None, Loader(self._extents), Tracker(on=self._extents is not None))

    def _has_room_without_trees(self) -> bool:
        """Drop the trees of `ast`, which are had again for less than what was inferred; return whether that leaves room for a while."""
        from s3lint.syntax.recent_trees import forget_trees

        forget_trees()
        return self._alive() <= self._most * 7 // 8

    def _forget(self, task: Task) -> None:
        """Drop what was used least recently, so that memory stays bounded however many files there are."""
        engine = self._engines.pop(task.settings, None)
        # Other projects hold the bytes of their files, which are few objects, and refer to themselves: they must be collected.
        others = bool(self._engines)
        self._engines.clear()
        if engine is not None:
            self._engines[task.settings] = engine
            engine.forget()
        # What is forgotten of this project is taken apart, so little is left of it, and a collection looks at all that stays.
        if others or self._alive() > self._most // 2:
            self._collect()
        if engine is not None and self._alive() > self._most // 2:
            engine.forget(recent=False)
            self._collect()

    def _alive(self) -> int:
        """Return how many objects more than at the start are alive, with the garbage that no collection has found yet."""
        # With the collector off, the first counter is allocations minus deallocations: the objects alive, for free.
        return gc.get_count()[0] - self._counted

    def _collect(self) -> None:
        made = self._alive()
        self._counted = gc.collect() - made  # a collection sets the counter to zero

    def news(self) -> Extents:
        """Return the extents that have grown since the last call. They never shrink, so their sizes tell."""
        extents = self._extents if self._extents is not None else {}
        sizes = {version: (len(each.blocks), len(each.words), each.whole) for version, each in extents.items()}
        grown = {version: extents[version] for version, size in sizes.items() if self._told.get(version) != size}
        self._told = sizes
        return grown

    def skip_if_irrelevant(self, task: Task) -> Result | None:
        """Return an empty result if the prefilter rules the file out; None if it must be analyzed."""
        try:
            with CLOCK.stage("reading and mentions"):
                if task.standalone:
                    return None
                data = read_bounded(task.path, MAX_READ_BYTES)
                # With many projects, the bytes of all would be in memory.
                return self.engine(task).skip_if_irrelevant(task.path, data, keep=len(self._settings) == 1)
        except OSError:
            return None
