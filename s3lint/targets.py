"""Which files a run checks, and with which settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from s3lint.discovery import is_excluded, python_files
from s3lint.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """A file to check and the settings that hold for it. `alone`: the run does not cover the rest of its project."""

    path: Path
    settings: Settings
    alone: bool = False


class Missing(Exception):
    """A path that was named and cannot be checked."""


def targets(paths: Sequence[Path], settings_of: Callable[[Path], Settings]) -> Iterator[Target]:
    """The files under the paths, each once, in the order given. Raises `Missing`."""
    seen: set[Path] = set()
    folders: dict[Path, tuple[Settings, bool]] = {}
    for path in paths:
        if not path.exists():
            raise Missing(f"{path}: no such file or folder")
        if not (path.is_dir() or path.is_file()):
            raise Missing(f"{path}: neither a file nor a folder")
        for file in python_files(path, settings_of(path)) if path.is_dir() else (path,):
            if file.parent not in folders:
                settings = settings_of(file)
                folders[file.parent] = settings, not any(settings.root.is_relative_to(each) for each in paths)
            settings, alone = folders[file.parent]
            if file in seen or (file is path and settings.force_exclude and is_excluded(file, settings)):
                continue
            seen.add(file)
            yield Target(file, settings, alone)
