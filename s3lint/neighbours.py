"""The files whose calls can make a finding in another file: a run over one file finds what a run over the project finds there.

A literal in `config.py` is a bucket because some importer passes it to S3; an argument is a key because an imported helper uploads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.module import Module

if TYPE_CHECKING:
    from s3lint.inference.project import Project
    from s3lint.mentions import Filter

REACH = 3
"""How many imports away a neighbour may be."""

MOST = 40
"""How many neighbours of one file are looked at."""


class Neighbours:
    """Finds the neighbours of files in one project."""

    def __init__(self, project: Project, filter_: Filter) -> None:
        self.project = project
        self.filter = filter_
        self._storage: dict[Path, bool] = {}

    def of(self, module: Module) -> list[Path]:
        """The files that touch storage and import the module, or are imported by it, each a few imports away at most."""
        found = dict.fromkeys([*self._imported(module), *self._importers(module)])
        found.pop(module.path, None)
        return [path for path in found if self._touches_storage(path)][:MOST]

    def _touches_storage(self, path: Path) -> bool:
        if path not in self._storage:
            data = self.project.data(path)
            self._storage[path] = data is not None and bool(self.filter.mentions(data))
        return self._storage[path]

    def _imported(self, module: Module) -> Iterator[Path]:
        level, seen = [module], {module.path}
        for _ in range(REACH):
            following = [found for current in level for found in self.project.imports_of(current) if found.path not in seen]
            level = list({found.path: found for found in following}.values())[:MOST]
            seen |= {found.path for found in level}
            yield from (found.path for found in level)

    def _importers(self, module: Module) -> Iterator[Path]:
        level, seen = [module], {module.path}
        for _ in range(REACH):
            following = [found for current in level for found in self.project.importers_of(current) if found.path not in seen]
            yield from (found.path for found in following)
            seen |= {found.path for found in following}
            level = [found for found in following if found.path.name == "__init__.py"]
