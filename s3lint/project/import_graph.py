"""Import graph of storage code, so that checking one file gives the same findings as checking the project.

A literal in `config.py` is a bucket because some importer passes it to S3; an argument is a key because an imported helper uploads it.
The names in import statements tell cheaply that two files are unrelated; the files of the rest are resolved with the module finder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.project.dependencies import digest_of_paths
from s3lint.project.word_index import module_name

if TYPE_CHECKING:
    from s3lint.project.files import ProjectFiles
    from s3lint.project.loader import Loader, Prefilter
    from s3lint.project.modules import Project
    from s3lint.project.summaries import Kind, T
    from s3lint.syntax.module import Module

MAX_IMPORT_DISTANCE = 6
"""Imports between two related files, at most."""

MAX_RELATED_FILES = 40
"""Files that are analysed for one file, at most; also files that the search follows from one distance to the next."""

SMALL_PROJECT_FILES = 8
"""Storage files up to which all of them count as related: to search for the related ones would cost more than to analyse them."""


class ImportGraph:
    """Finds the files of one project that are related to a file: its dependencies and dependents, over several imports."""

    def __init__(self, files: ProjectFiles, prefilter: Prefilter, project: Callable[[], Project], loader: Loader) -> None:
        """`project` is called only when imports must be resolved: most files need no parser."""
        self.files = files
        self.prefilter = prefilter
        self._project = project
        self._loader = loader

    @cached_property
    def storage(self) -> frozenset[Path]:
        """Return the storage files: those that the prefilter lets through."""
        mentions = partial(self._loader.mentions, prefilter=self.prefilter)
        return frozenset(path for path in self.files.searched if self._summary("mentions", path, mentions))

    @cached_property
    def _imported(self) -> dict[Path, frozenset[str]]:
        """Map each file of the project to the names in its imports."""
        words = {path: self._summary("imports", path, self._loader.imported_words) for path in self.files.searched}
        return {path: frozenset(each.split()) for path, each in words.items()}

    def _summary(self, kind: Kind, path: Path, summarize: Callable[[Path, bytes], T]) -> T:
        return self._loader.summary(kind, path, self.files.content, partial(summarize, path))

    @cached_property
    def _reachable_from_storage(self) -> frozenset[str]:
        """Return the names of modules reachable from storage files through at most `MAX_IMPORT_DISTANCE` imports."""
        # The imports of storage files are the first of the `MAX_IMPORT_DISTANCE` imports.
        direct = frozenset().union(*(self._imported[path] for path in self.storage))
        return reachable_from(direct, self._imported, MAX_IMPORT_DISTANCE - 1)

    @cached_property
    def _dependents_of_storage(self) -> frozenset[str]:
        """Return the names of storage modules and of their dependents."""
        return dependents_of(map(module_name, self.storage), self._imported, MAX_IMPORT_DISTANCE - 1)

    def build(self) -> None:
        """Look at all files of the project once: by a run before it forks."""
        if self.storage:
            _ = self._reachable_from_storage, self._dependents_of_storage

    def may_have_related(self, path: Path, data: bytes) -> bool:
        """Tell whether a file may import a storage file or be imported by one, as far as names tell; False is certain."""
        if not self.storage or (len(self.storage) == 1 and path in self.storage):
            return False
        return module_name(path) in self._reachable_from_storage or not self._dependents_of_storage.isdisjoint(
            self._loader.imported_names(path, data)
        )

    def fingerprint(self, path: Path, data: bytes) -> str:
        """Return a fingerprint of the set of related files; empty if there are none."""
        if not self.may_have_related(path, data):
            return ""
        # Of a large project the imports themselves are recorded as dependencies while they are resolved, so a constant is enough.
        return digest_of_paths(sorted(self.storage)) if len(self.storage) <= SMALL_PROJECT_FILES else "by imports"

    def related_storage_files(self, module: Module) -> list[Path]:
        """Return the storage files to analyse for a module: its dependencies and dependents, or all in a small project."""
        if len(self.storage) <= SMALL_PROJECT_FILES:
            return sorted(self.storage - {module.path})
        return [path for path in self.related_files(module) if path in self.storage][:MAX_RELATED_FILES]

    def related_files(self, module: Module) -> list[Path]:
        """Return the dependencies, then the dependents of a module, each in order of distance."""
        project = self._project()
        found = dict.fromkeys([*_by_distance(module, project.imports_of), *_by_distance(module, project.importers_of)])
        found.pop(module.path, None)
        return list(found)


def _by_distance(module: Module, edges: Callable[[Module], Iterable[Module]]) -> Iterator[Path]:
    """Walk the graph breadth first from a module; yield the paths it meets, `MAX_RELATED_FILES` at most of each distance."""
    level, seen = [module], {module.path}
    for _ in range(MAX_IMPORT_DISTANCE):
        following = [found for current in level for found in edges(current) if found.path not in seen]
        # A module that every file imports would otherwise lead to every file of the project.
        level = list({found.path: found for found in following}.values())[:MAX_RELATED_FILES]
        seen |= {found.path for found in level}
        yield from (found.path for found in level)


def reachable_from(names: Iterable[str], imported: Mapping[Path, frozenset[str]], distance: int) -> frozenset[str]:
    """Return module names and the names that they import, over at most `distance` imports.

    `imported` maps each file to the names in its imports. Modules of one name count as one: names alone tell no more.
    """
    found = frozenset(names)
    for _ in range(distance):
        found |= frozenset().union(*(inner for path, inner in imported.items() if module_name(path) in found))
    return found


def dependents_of(names: Iterable[str], imported: Mapping[Path, frozenset[str]], distance: int) -> frozenset[str]:
    """Return module names and the names of modules that import them, over at most `distance` imports."""
    found = frozenset(names)
    for _ in range(distance):
        found |= {module_name(path) for path, inner in imported.items() if not found.isdisjoint(inner)}
    return found
