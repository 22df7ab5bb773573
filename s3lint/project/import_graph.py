"""The files whose calls can make a finding in another file: a run over one file finds what a run over the project finds there.

A literal in `config.py` is a bucket because some importer passes it to S3; an argument is a key because an imported helper uploads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.project.dependencies import digest_of_paths
from s3lint.project.word_index import module_name

if TYPE_CHECKING:
    from s3lint.project.files import ProjectFiles
    from s3lint.project.loader import Loader, Prefilter
    from s3lint.project.modules import Project
    from s3lint.syntax.module import Module

REACH = 6
"""How many imports away a neighbour may be."""

MOST = 40
"""How many neighbours of one file are looked at."""

FEW = 8
"""Where no more files of a project touch storage, all are looked at: to find out which a file is connected to would cost more."""


class Neighbours:
    """Finds the neighbours of files in one project."""

    def __init__(self, files: ProjectFiles, prefilter: Prefilter, project: Callable[[], Project], loader: Loader) -> None:
        self.files = files
        self.prefilter = prefilter
        self._project = project
        self._loader = loader

    @cached_property
    def storage(self) -> frozenset[Path]:
        """The files of the project that touch storage."""
        files, mentions = self.files, self._loader.mentions
        return frozenset(path for path in files.searched if mentions(path, files.content(path), self.prefilter))

    @cached_property
    def _imported(self) -> dict[Path, frozenset[str]]:
        """For each file of the project the names in its imports."""
        return {path: self._loader.imported_names(path, self.files.content(path)) for path in self.files.searched}

    @cached_property
    def _below_storage(self) -> frozenset[str]:
        """The modules that files which touch storage import, at some removes."""
        names = self._names_of(self.storage)
        for _ in range(REACH - 1):
            names |= self._names_of(path for path in self._imported if module_name(path) in names)
        return names

    @cached_property
    def _above_storage(self) -> frozenset[str]:
        """The modules that touch storage, and those that import them at some removes."""
        names = frozenset(map(module_name, self.storage))
        for _ in range(REACH - 1):
            names |= {module_name(path) for path, imported in self._imported.items() if not names.isdisjoint(imported)}
        return names

    def _names_of(self, paths: Iterable[Path]) -> frozenset[str]:
        return frozenset().union(*(self._imported[path] for path in paths))

    def may_concern(self, path: Path, data: bytes) -> bool:
        """Whether a file may import one that touches storage, or be imported by one, as far as names alone tell."""
        if not self.storage or (len(self.storage) == 1 and path in self.storage):
            return False
        return module_name(path) in self._below_storage or not self._above_storage.isdisjoint(
            self._loader.imported_names(path, data)
        )

    def concern(self, path: Path, data: bytes) -> str:
        """What changes where other files than before are to be looked at for a file; empty where none is."""
        if not self.may_concern(path, data):
            return ""
        return digest_of_paths(sorted(self.storage)) if len(self.storage) <= FEW else "by imports"

    def of(self, module: Module) -> list[Path]:
        """The files that touch storage and import the module, or are imported by it, each a few imports away at most."""
        if len(self.storage) <= FEW:
            return sorted(self.storage - {module.path})
        return [path for path in self.around(module) if path in self.storage][:MOST]

    def around(self, module: Module) -> list[Path]:
        """The files that import the module, or are imported by it, a few imports away at most."""
        found = dict.fromkeys([*self._downwards(module), *self._upwards(module)])
        found.pop(module.path, None)
        return list(found)

    def _downwards(self, module: Module) -> Iterator[Path]:
        level, seen = [module], {module.path}
        for _ in range(REACH):
            following = [found for current in level for found in self._project().imports_of(current) if found.path not in seen]
            level = list({found.path: found for found in following}.values())[:MOST]
            seen |= {found.path for found in level}
            yield from (found.path for found in level)

    def _upwards(self, module: Module) -> Iterator[Path]:
        level, seen = [module], {module.path}
        for _ in range(REACH):
            following = [found for current in level for found in self._project().importers_of(current) if found.path not in seen]
            level = list({found.path: found for found in following}.values())[:MOST]
            seen |= {found.path for found in level}
            yield from (found.path for found in level)
