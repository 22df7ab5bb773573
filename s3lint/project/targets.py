"""List the files of a run with their settings, and its context files. Imports `discovery` and `settings`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from s3lint.errors import UsageError
from s3lint.project.discovery import EXCLUDED, PassedOver, is_excluded, no_matter, python_files
from s3lint.settings import Settings
from s3lint.support.frozen import frozen


@frozen()
class Target:
    """A file to check and its settings.

    `partial`: the run does not check the whole project of the file; `has_context`: it analyses the rest of the project as context.
    """

    path: Path
    settings: Settings
    partial: bool = False
    has_context: bool = False

    @property
    def needs_dependents(self) -> bool:
        """Tell whether the analysis of this file must include its dependents, because the run does not analyse them otherwise."""
        return self.partial and not self.has_context


MAX_PARTIAL_FILES_PER_PROJECT = 40
"""Files of a partial project up to which the related files of each are searched; above it, analysing the whole project costs less."""


def targets(
    paths: Sequence[Path], settings_of: Callable[[Path], Settings], passed_over: PassedOver = no_matter
) -> Iterator[Target]:
    """The files under the paths, each once, in the order given. Raises `UsageError`."""
    seen: set[Path] = set()
    folders: dict[Path, tuple[Settings, bool]] = {}
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        if not (path.is_dir() or path.is_file()):
            raise UsageError(f"{path}: neither a file nor a folder")
        for file in python_files(path, settings_of(path), passed_over) if path.is_dir() else (path,):
            if file.parent not in folders:
                settings = settings_of(file)
                folders[file.parent] = settings, not any(settings.root.is_relative_to(each) for each in paths)
            settings, partial = folders[file.parent]
            if file in seen:
                continue
            if file is path and settings.force_exclude and is_excluded(file, settings):
                passed_over(file, EXCLUDED)
                continue
            seen.add(file)
            yield Target(file, settings, partial)


def with_context_files(files: Iterable[Target]) -> tuple[list[Target], list[Target]]:
    """Split the targets into files to report on, and context files that are analysed only for their calls of the former."""
    asked = list(files)
    counts = Counter(target.settings.root for target in asked if target.partial)
    projects = {
        target.settings.root: target.settings for target in asked if counts[target.settings.root] > MAX_PARTIAL_FILES_PER_PROJECT
    }
    known = {target.path for target in asked}
    context = [
        Target(path, settings) for root, settings in projects.items() for path in python_files(root, settings) if path not in known
    ]
    return [replace(target, has_context=target.settings.root in projects) for target in asked], context
