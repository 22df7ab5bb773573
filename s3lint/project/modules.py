"""Find and load the first-party modules of a project, each on demand and once.

Imports files, searches and dependency tracking of this package, and `syntax`; what a module's names are worth is asked of `inference`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

from s3lint.project.dependencies import FileDependency, FolderDependency, Tracker, digest
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
        self._imports: dict[Module, tuple[list[Module], int]] = {}
        self._importers: dict[Module, tuple[list[Module], int]] = {}
        self._searcher = Searcher(files, self.tracker)
        self.cones = ImportCones(self.root, self.roots, self._searcher)

    def add(self, module: Module) -> None:
        """Add a module whose text the caller has, so that its file is not read."""
        self._modules[module.path] = module
        self._read[module.path] = FileDependency(module.path, digest(module.file.data))

    def known(self, path: Path) -> Module | None:
        """Return the module of a file that was loaded before."""
        return self._modules.get(path)

    def module(self, path: Path) -> Module | None:
        """Return the module of a file, or None where there is none that can be read."""
        module = self._modules[path] = self._modules.pop(path) if path in self._modules else self._load(path)
        self.tracker.record(self._read[path])
        return module

    def recent(self) -> list[Module]:
        """Return the modules that were used last: as many as have half of the text of all, the last one first."""
        loaded = [module for module in reversed(self._modules.values()) if module is not None]
        sizes = list(accumulate(len(module.file.data) for module in loaded))
        return [module for module, size in zip(loaded, sizes, strict=True) if 2 * size <= sizes[-1]]

    def _load(self, path: Path) -> Module | None:
        data = self.files.read(path)
        self._read[path] = FileDependency(path, digest(data) if data is not None else None)
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
        return self._once(self._imports, module, self._imported_by)

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
        return self._once(self._importers, module, self._importing)

    def _once(
        self, known: dict[Module, tuple[list[Module], int]], module: Module, find: Callable[[Module], Iterator[Module]]
    ) -> list[Module]:
        """Return the modules that `find` yields, computed once for each module; every caller depends on what that read."""
        if module not in known:
            with self.tracker.isolated():
                known[module] = list(find(module)), self.tracker.recorded
        found, read = known[module]
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
        parts = dotted.split(".") if dotted else []
        if level:
            return self._below(self._ancestor(importer, level), parts)
        if not parts or self._is_library(parts[0], importer):
            return None
        for root in self._search_path(importer):
            found = self._below(root, parts)
            if found is not None:
                return found
        return None

    def _is_library(self, name: str, importer: Path) -> bool:
        """Tell whether an import names a library. Below a folder of its name it does not: the project is the library itself."""
        return (name in sys.stdlib_module_names or name in LIBRARIES) and name not in importer.parts

    def _ancestor(self, importer: Path, level: int) -> Path:
        folder = importer.parent
        for _ in range(level - 1):
            folder = folder.parent
        return folder

    def _search_path(self, importer: Path) -> Iterator[Path]:
        """Yield the folder of the importing file and those above it up to the project's root, then the configured roots."""
        # Which folder a program is started in is unknown, so the nearest one that has the module wins.
        folder = importer.parent
        while folder.is_relative_to(self.root):
            yield folder
            if folder == self.root:
                break
            folder = folder.parent
        yield from self.roots

    def _below(self, folder: Path, parts: list[str]) -> FoundModule | None:
        """Return the module of dotted parts below a folder; the package of the folder itself for no parts."""
        if not parts:
            return FoundModule(self.module(folder / "__init__.py"), folder)
        for part in parts[:-1]:
            folder = folder / part
        # A folder that appears later may contain the module, so its absence is a dependency as well.
        found = self.files.is_folder(folder)
        self.tracker.record(FolderDependency(folder, namespace=False, found=found))
        if not found:
            return None
        return self.in_folder(folder, parts[-1])

    def in_folder(self, folder: Path, name: str) -> FoundModule | None:
        """Return the package or module of a name in a folder, or None. A folder with Python code counts as a package."""
        # As in Python, a package wins over a module, and both over a namespace package.
        package = folder / name
        module = self.module(package / "__init__.py")
        if module is not None:
            return FoundModule(module, package)
        module = self.module(folder / f"{name}.py")
        if module is not None:
            return FoundModule(module)
        found = self.files.is_namespace(package)
        self.tracker.record(FolderDependency(package, namespace=True, found=found))
        return FoundModule(None, package) if found else None


def _start_below(folder: Path) -> str:
    """Return how the paths of the files below a folder begin."""
    return str(folder).rstrip(os.sep) + os.sep
