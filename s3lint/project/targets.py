"""Which files a run checks, and with which settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from s3lint.project.discovery import is_excluded, python_files
from s3lint.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """A file to check and the settings that hold for it.

    `alone`: the run does not check the rest of its project; `accompanied`: but it looks at all of it that touches storage.
    """

    path: Path
    settings: Settings
    alone: bool = False
    accompanied: bool = False

    @property
    def needs_neighbours(self) -> bool:
        """Whether nobody else looks at the files whose calls may make findings in this one."""
        return self.alone and not self.accompanied


MANY = 40
"""Files of a project for which it costs less to look at the whole of it than to find out for each which others matter."""


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


def with_company(files: Iterable[Target]) -> tuple[list[Target], list[Target]]:
    """The files of a run, and those that it does not check but looks at, for what their calls say of the others."""
    asked = list(files)
    counts = Counter(target.settings.root for target in asked if target.alone)
    projects = {target.settings.root: target.settings for target in asked if counts[target.settings.root] > MANY}
    known = {target.path for target in asked}
    company = [
        Target(path, settings) for root, settings in projects.items() for path in python_files(root, settings) if path not in known
    ]
    return [replace(target, accompanied=target.settings.root in projects) for target in asked], company
