"""A project whose files are in memory or in a commit instead of on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from s3lint.project.files import MAX_SOURCE_BYTES, ProjectFiles
from s3lint.settings import Settings
from s3lint.source.script_cells import plain


class StoredFiles(ProjectFiles):
    """A project whose files are in memory; the disk is not read."""

    def __init__(self, settings: Settings, contents: Mapping[Path, bytes]) -> None:
        super().__init__(settings)
        self.contents = contents

    def read(self, path: Path) -> bytes | None:
        data = self.contents.get(path)
        return plain(data) if data is not None and len(data) <= MAX_SOURCE_BYTES else None

    def listed(self) -> list[Path]:
        return sorted(path for path in self.contents if self._belongs(path))

    def is_folder(self, path: Path) -> bool:
        return path in self._folders

    def is_namespace(self, folder: Path) -> bool:
        return folder in self._namespaces

    @cached_property
    def _folders(self) -> frozenset[Path]:
        return frozenset(parent for path in self.contents for parent in path.parents)

    @cached_property
    def _namespaces(self) -> frozenset[Path]:
        python = [path for path in self.contents if path.suffix == ".py"]
        return frozenset(folder for path in python for folder in (path.parent, path.parent.parent))
