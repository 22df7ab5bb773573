"""The files whose calls can make a finding in another file: a run over one file finds what a run over the project finds there.

A literal in `config.py` is a bucket because some importer passes it to S3; an argument is a key because an imported helper uploads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s3lint.files import ProjectFiles
    from s3lint.inference.project import Project
    from s3lint.mentions import Filter
    from s3lint.module import Module

REACH = 3
"""How many imports away a neighbour may be."""

MOST = 40
"""How many neighbours of one file are looked at."""


class Neighbours:
    """Finds the neighbours of files in one project."""

    def __init__(self, files: ProjectFiles, filter_: Filter, project: Callable[[], Project]) -> None:
        self.files = files
        self.filter = filter_
        self._project = project

    @cached_property
    def storage(self) -> dict[Path, bytes]:
        """The files of the project that touch storage."""
        return {path: data for path, data in self.files.searched.items() if self.filter.mentions(data)}

    @cached_property
    def _imports_of_storage(self) -> re.Pattern[bytes] | None:
        names = b"|".join(sorted({re.escape(module_name(path).encode()) for path in self.storage}))
        on_a_line, in_brackets = rb"\b(?:import|from)\b[^\n]*\b(?:%b)\b", rb"\bimport\s*\([^)]*\b(?:%b)\b"
        return re.compile(b"%b|%b" % (on_a_line % names, in_brackets % names)) if names else None

    def may_concern(self, path: Path, data: bytes) -> bool:
        """Whether a file may import one that touches storage, or be imported by one, as far as names alone tell."""
        pattern, name = self._imports_of_storage, module_name(path).encode()
        if pattern is None or (len(self.storage) == 1 and path in self.storage):
            return False
        return pattern.search(data) is not None or any(name in text for other, text in self.storage.items() if other != path)

    def of(self, module: Module) -> list[Path]:
        """The files that touch storage and import the module, or are imported by it, each a few imports away at most."""
        found = dict.fromkeys([*self._imported(module), *self._importers(module)])
        found.pop(module.path, None)
        return [path for path in found if path in self.storage][:MOST]

    def _imported(self, module: Module) -> Iterator[Path]:
        level, seen = [module], {module.path}
        for _ in range(REACH):
            following = [found for current in level for found in self._project().imports_of(current) if found.path not in seen]
            level = list({found.path: found for found in following}.values())[:MOST]
            seen |= {found.path for found in level}
            yield from (found.path for found in level)

    def _importers(self, module: Module) -> Iterator[Path]:
        level, seen = [module], {module.path}
        for _ in range(REACH):
            following = [found for current in level for found in self._project().importers_of(current) if found.path not in seen]
            yield from (found.path for found in following)
            seen |= {found.path for found in following}
            level = [found for found in following if found.path.name == "__init__.py"]


def module_name(path: Path) -> str:
    """The name by which other files import a module."""
    return path.parent.name if path.name == "__init__.py" else path.stem
