"""Find and load the first-party modules of a project, each on demand and once.

Imports files, searches and dependency tracking of this package, and `syntax`; what a module's names are worth is asked of `inference`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from itertools import accumulate, takewhile
from pathlib import Path
from typing import TypeVar

from s3lint.project.dependencies import FileDependency, FolderDependency, Tracker
from s3lint.project.files import ProjectFiles
from s3lint.project.import_cones import ImportCones
from s3lint.project.loader import Loader
from s3lint.project.searches import Search
from s3lint.project.searching import Searcher
from s3lint.project.word_index import module_name
from s3lint.source.text import Source, Unreadable
from s3lint.support.frozen import frozen
from s3lint.syntax.module import Module
from s3lint.syntax.outline import Import

LIBRARIES = frozenset(
    [
        "aioboto3",
        "aiobotocore",
        "airflow",
        "argparse",
        "awsglue",
        "awswrangler",
        "boto3",
        "botocore",
        "click",
        "cloudpathlib",
        "dask",
        "databricks",
        "delta",
        "deltalake",
        "django",
        "duckdb",
        "fastapi",
        "flask",
        "fsspec",
        "mimetypes",
        "moto",
        "mypy_boto3_dynamodb",
        "mypy_boto3_s3",
        "numpy",
        "obstore",
        "pandas",
        "polars",
        "pyarrow",
        "pydantic",
        "pydantic_settings",
        "pynamodb",
        "pyspark",
        "pytest",
        "requests",
        "s3fs",
        "s3transfer",
        "smart_open",
        "storages",
        "typer",
        "types_aiobotocore_s3",
        "types_boto3_s3",
        "typing_extensions",
        "upath",
        "werkzeug",
    ]
)
"""Names that are never first-party, even if a repository contains a copy of the library."""


K = TypeVar("K")
V = TypeVar("V")

Once = dict[K, tuple[V, int]]
"""What was found, and the set of what that read."""


@frozen()
class FoundModule:
    """A first-party module, or a package. `module` is None for a folder without `__init__.py`; `folder` is where submodules lie."""

    module: Module | None
    folder: Path | None = None


class Project:
    """Modules by path, each loaded once. `tracker` records what an answer depends on."""

    def __init__(self, files: ProjectFiles, loader: Loader | None = None, tracker: Tracker | None = None) -> None:
        self.files = files
        self.loader = loader or Loader()
        self.tracker = tracker or Tracker()
        self.root = files.settings.root
        self.roots = [self.root / folder for folder in files.settings.src]
        self._modules: dict[Path, Module | None] = {}
        """By path, the one last that was used last."""
        self._read: dict[Path, FileDependency] = {}
        self._imports: Once[Module, list[Module]] = {}
        self._importers: Once[Module, list[Module]] = {}
        self._found: Once[tuple[str, int, str], FoundModule | None] = {}
        """By dotted name, level and the folder of the importing file."""
        self._inside: Once[tuple[str, str], FoundModule | None] = {}
        """By folder and name."""
        self._is_folder: Once[str, bool] = {}
        self._search_paths: dict[str, tuple[Path, ...]] = {}
        self._searcher = Searcher(files, self.loader, self.tracker)
        self.cones = ImportCones(self.root, self.roots, self._searcher)

    def add(self, module: Module) -> None:
        """Add a module whose text the caller has, so that its file is not read."""
        if module.path in self._modules:
            # What was found before may hold another module in its place.
            for known in (self._found, self._inside):
                known.clear()
        self._modules[module.path] = module
        self._read[module.path] = self.tracker.file(module.path, module.file.data)

    def known(self, path: Path) -> Module | None:
        """Return the module of a file that was loaded before."""
        return self._modules.get(path)

    def module(self, path: Path) -> Module | None:
        """Return the module of a file, or None where there is none that can be read."""
        module = self._used(path) if path in self._modules else self._modules.setdefault(path, self._load(path))
        self.tracker.record(self._read[path])
        return module

    def _used(self, path: Path) -> Module | None:
        """Return a module that is known, and note that it was used last."""
        module = self._modules[path] = self._modules.pop(path)
        return module

    def recent(self) -> list[Module]:
        """Return the modules that were used last: as many as have half of the text of all, the last one first."""
        loaded = [module for module in reversed(self._modules.values()) if module is not None]
        sizes = list(accumulate(len(module.file.data) for module in loaded))
        return [module for module, size in zip(loaded, sizes, strict=True) if 2 * size <= sizes[-1]]

    def _load(self, path: Path) -> Module | None:
        data = self.files.read(path)
        self._read[path] = self.tracker.file(path, data)
        try:
            return self.loader.load(Source.decode(path, data)) if data is not None else None
        except Unreadable:
            return None

    def holding(self, search: Search, folder: Path | None = None) -> Iterator[Module]:
        """Yield the modules of the project, or those below a folder, in which a search finds something."""
        below = _start_below(folder) if folder is not None else ""
        for path in self._searcher.found(search):
            module = self.module(path) if str(path).startswith(below) else None
            if module is not None:
                yield module

    def imports_of(self, module: Module) -> list[Module]:
        """Return the first-party modules that a module imports at its top."""
        return self._once(self._imports, module, lambda: list(self._imported_by(module)))

    def _imported_by(self, module: Module) -> Iterator[Module]:
        for item in module.outline.imports:
            yield from self._imported_as(item, module)

    def _imported_as(self, item: Import, module: Module) -> Iterator[Module]:
        """Yield the package or module that an import names, and the submodule that it takes from it."""
        package = self.find(item.module, item.level, module.path)
        inner = self.in_folder(package.folder, item.name) if package and package.folder and item.name else None
        for found in (package, inner):
            if found is not None and found.module is not None:
                yield found.module

    def importers_of(self, module: Module) -> list[Module]:
        """Return the modules of the project that import a module at their top."""
        return self._once(self._importers, module, lambda: list(self._importing(module)))

    def _once(self, known: Once[K, V], key: K, find: Callable[[], V]) -> V:
        """Return what `find` returns, computed once for each key; every caller depends on what that read."""
        if key not in known:
            with self.tracker.isolated():
                known[key] = find(), self.tracker.recorded
        found, read = known[key]
        self.tracker.recorded |= read
        return found

    def _importing(self, module: Module) -> Iterator[Module]:
        around = self.cones.around(module.path)
        if around == module.path:
            return
        name, below = module_name(module.path), _start_below(around)
        for path in self._may_import(module.path):
            other = self.module(path) if path != module.path and str(path).startswith(below) else None
            if other is None:
                continue
            naming = (item for item in other.outline.imports if item.may_name(name))
            if any(found is module for item in naming for found in self._imported_as(item, other)):
                yield other

    def _may_import(self, path: Path) -> list[Path]:
        """Return the files whose imports may name a module: in its folder by its name alone, elsewhere with the folder's name.

        A module directly below a root of `src` is imported by its name alone everywhere.
        """
        # A package is imported from the folder around it.
        folder = path.parent.parent if path.name == "__init__.py" else path.parent
        alone = self._searcher.found(Search("imports", module_name(path)))
        if folder in self.roots:
            return list(alone)
        beside = (found for found in alone if found.is_relative_to(folder))
        return sorted({*beside, *self._searcher.found(Search("imports", f"{folder.name}.{module_name(path)}"))})

    def find(self, dotted: str, level: int, importer: Path) -> FoundModule | None:
        """Return a first-party module by its dotted name, or None."""
        folder = importer.parent
        found = self._once(self._found, (dotted, level, str(folder)), lambda: self._find(dotted, level, folder))
        if found is not None and found.module is not None:
            self._used(found.module.path)
        return found

    def _find(self, dotted: str, level: int, importing: Path) -> FoundModule | None:
        parts = dotted.split(".") if dotted else []
        if level:
            return self._below(_ancestor(importing, level), parts)
        if not parts or _is_library(parts[0], importing):
            return None
        for root in self._search_path(importing):
            found = self._below(root, parts)
            if found is not None:
                return found
        return None

    def _search_path(self, importing: Path) -> tuple[Path, ...]:
        """Return the folder of the importing file and those above it up to the project's root, then the configured roots."""
        key = str(importing)
        if key not in self._search_paths:
            # Which folder a program is started in is unknown, so the nearest one that has the module wins.
            inside = takewhile(lambda folder: folder.is_relative_to(self.root), (importing, *importing.parents))
            self._search_paths[key] = (*inside, *self.roots)
        return self._search_paths[key]

    def _below(self, folder: Path, parts: list[str]) -> FoundModule | None:
        """Return the module of dotted parts below a folder; the package of the folder itself for no parts."""
        if not parts:
            return FoundModule(self.module(folder / "__init__.py"), folder)
        inner = folder.joinpath(*parts[:-1])
        # A folder that appears later may contain the module, so its absence is a dependency as well.
        is_folder = self._once(self._is_folder, str(inner), lambda: self._ask(inner, namespace=False))
        return self.in_folder(inner, parts[-1]) if is_folder else None

    def in_folder(self, folder: Path, name: str) -> FoundModule | None:
        """Return the package or module of a name in a folder, or None. A folder with Python code counts as a package."""
        return self._once(self._inside, (str(folder), name), lambda: self._in_folder(folder, name))

    def _in_folder(self, folder: Path, name: str) -> FoundModule | None:
        # As in Python, a package wins over a module, and both over a namespace package.
        package = folder / name
        module = self.module(package / "__init__.py")
        if module is not None:
            return FoundModule(module, package)
        module = self.module(folder / f"{name}.py")
        if module is not None:
            return FoundModule(module)
        return FoundModule(None, package) if self._ask(package, namespace=True) else None

    def _ask(self, folder: Path, *, namespace: bool) -> bool:
        """Tell whether there is a folder; with `namespace`, whether it contains Python code."""
        found = self.files.is_namespace(folder) if namespace else self.files.is_folder(folder)
        self.tracker.record(FolderDependency(folder, namespace, found))
        return found


def _is_library(name: str, importing: Path) -> bool:
    """Tell whether an import names a library. Below a folder of its name it does not: the project is the library itself."""
    return (name in sys.stdlib_module_names or name in LIBRARIES) and name not in importing.parts


def _ancestor(folder: Path, level: int) -> Path:
    """Return the folder from which an import of a level starts in a file of a folder."""
    for _ in range(level - 1):
        folder = folder.parent
    return folder


def _start_below(folder: Path) -> str:
    """Return how the paths of the files below a folder begin."""
    return str(folder).rstrip(os.sep) + os.sep
