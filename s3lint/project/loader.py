"""Cache what is computed from single files, for front ends that analyse a changing project again and again (the language server).

Entries are valid for the bytes from which they were computed. Imports `searches`, and `syntax` when a module is loaded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from s3lint.project.dependencies import digest
from s3lint.project.searches import STORES, imports_in
from s3lint.source.text import searchable

if TYPE_CHECKING:
    from s3lint.project.summaries import Kind, Summaries, T
    from s3lint.source.text import Source
    from s3lint.syntax.extent import Extent
    from s3lint.syntax.module import Module

Extents = dict[tuple[Path, str], "Extent"]
"""What was read of each version of a file, by its path and the digest of its bytes."""


class Prefilter(Protocol):
    """Tells by the bytes of a file whether it may matter to some rule; `linter.prefilter` implements it."""

    def mentions(self, data: bytes) -> object:
        """Return a true value if the bytes mention storage."""


class Loader:
    """Loads modules. An unchanged module is returned as it is; of a changed one only the changed blocks are parsed.

    Projects may share a loader one after the other, not at the same time: a tree belongs to one project.
    """

    def __init__(self, extents: Extents | None = None, summaries: Summaries | None = None) -> None:
        """`extents` is filled with what is read of the modules, also of those that were dropped meanwhile; by default nothing notes it.

        `summaries` are those of one project, from earlier runs.
        """
        self._extents = extents
        self._summaries = summaries
        # All but modules remember the hash of a file's bytes: the bytes themselves would keep every file in memory.
        self._modules: dict[Path, Module] = {}
        self._imports: dict[Path, tuple[int, bytes]] = {}
        self._mentioning: dict[Path, tuple[Prefilter, int, bool]] = {}
        self._storing: dict[Path, tuple[int, bool]] = {}

    def load(self, source: Source, tree: ast.Module | None = None) -> Module:
        """Return the module of a source. `tree` is its `ast`, if already parsed. Raises `Unreadable` if it does not parse."""
        from s3lint.syntax.extent import Unnoted
        from s3lint.syntax.module import Module

        known = self._modules.get(source.path)
        if known is not None and known.file.data == source.data:
            return known
        if self._extents is None:
            known = Module.load(source, tree, known, Unnoted())
        else:
            version = source.path, digest(source.data)
            known = Module.load(source, tree, known, self._extents.get(version))
            self._extents[version] = known.extent
        self._modules[source.path] = known
        return known

    def keep(self, modules: Iterable[Module]) -> None:
        """Forget all modules but some."""
        known, self._modules = self._modules, {module.path: module for module in modules}
        for path in known.keys() - self._modules.keys():
            known[path].take_apart()

    def imports(self, path: Path, data: bytes) -> bytes:
        """Return the words in the imports of a file, each between spaces (`imports_in`): no file is parsed for it."""
        known = self._imports.get(path)
        if known is None or known[0] != hash(data):
            known = self._imports[path] = hash(data), imports_in(searchable(data))
        return known[1]

    def imported_words(self, path: Path, data: bytes) -> str:
        """Return the words in the imports of a file between spaces, as text."""
        return self.imports(path, data).decode("utf-8", "surrogateescape")

    def imported_names(self, path: Path, data: bytes) -> frozenset[str]:
        """Return the words in the imports of a file."""
        return frozenset(self.imported_words(path, data).split())

    def names_store(self, path: Path, data: bytes) -> bool:
        """Tell whether a file names a store (`searches.STORES`)."""
        known = self._storing.get(path)
        if known is None or known[0] != hash(data):
            known = self._storing[path] = hash(data), STORES.finds(data)
        return known[1]

    def summary(self, kind: Kind, path: Path, content: Callable[[Path], bytes], summarize: Callable[[bytes], T]) -> T:
        """Return a summary of a file, which is read for it unless an earlier run has made it of the same bytes."""
        if self._summaries is None:
            return summarize(content(path))
        return self._summaries.of(kind, path, content, summarize)

    def mentions(self, path: Path, data: bytes, prefilter: Prefilter) -> bool:
        """Tell whether a prefilter lets a file through."""
        known = self._mentioning.get(path)
        if known is None or known[0] is not prefilter or known[1] != hash(data):
            known = self._mentioning[path] = prefilter, hash(data), bool(prefilter.mentions(data))
        return known[2]
