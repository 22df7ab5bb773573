"""What is read of files, kept for faces that look at a project again and again while it changes."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from s3lint.project.searches import STORES

if TYPE_CHECKING:
    from s3lint.source.text import Source
    from s3lint.syntax.module import Module

IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+[\w. \t]+import[ \t]*(?:\([^)]*\)|[^\n]*)|import[ \t]+[^\n]*)", re.MULTILINE)


class Prefilter(Protocol):
    """What tells by its bytes alone whether a file may matter."""

    def mentions(self, data: bytes) -> object:
        """Return something true where the bytes mention storage."""


class Loader:
    """Loads modules. One whose bytes did not change stays the same; of another only the blocks that changed are parsed.

    Projects that share a loader must follow each other: a tree belongs to one project at a time.
    """

    def __init__(self) -> None:
        self._modules: dict[Path, Module] = {}
        self._imported: dict[Path, tuple[int, frozenset[str]]] = {}
        self._mentioning: dict[Path, tuple[Prefilter, int, bool]] = {}
        self._storing: dict[Path, tuple[int, bool]] = {}

    def load(self, source: Source, tree: ast.Module | None = None) -> Module:
        """Raises `Unreadable`."""
        from s3lint.syntax.module import Module

        known = self._modules.get(source.path)
        if known is None or known.source.data != source.data:
            known = self._modules[source.path] = Module.load(source, tree, known)
        return known

    def imported_names(self, path: Path, data: bytes) -> frozenset[str]:
        """Every name in the import statements of a file."""
        known = self._imported.get(path)
        if known is None or known[0] != hash(data):
            statements = IMPORT.findall(data)
            names = frozenset(name.decode() for statement in statements for name in re.findall(rb"[A-Za-z_]\w*", statement))
            known = self._imported[path] = hash(data), names
        return known[1]

    def names_store(self, path: Path, data: bytes) -> bool:
        """Whether a file names a store."""
        known = self._storing.get(path)
        if known is None or known[0] != hash(data):
            known = self._storing[path] = hash(data), STORES.finds(data)
        return known[1]

    def mentions(self, path: Path, data: bytes, prefilter: Prefilter) -> bool:
        """Whether a file mentions what a filter lets through."""
        known = self._mentioning.get(path)
        if known is None or known[0] is not prefilter or known[1] != hash(data):
            known = self._mentioning[path] = prefilter, hash(data), bool(prefilter.mentions(data))
        return known[2]
