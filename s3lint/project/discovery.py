"""Find the Python files below a folder that neither git nor the settings exclude. Imports `patterns` and `settings`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from s3lint.project.boundary import leads_out
from s3lint.project.build_folders import NAMES, in_build_folder, is_build_folder
from s3lint.project.ignored import Ignores, ignores_of
from s3lint.project.patterns import inner_path, spec_of, split
from s3lint.settings import EXCLUDE, Settings
from s3lint.support.frozen import frozen

NOTEBOOK = ".ipynb"

SUFFIXES = (".py", ".pyi", NOTEBOOK)

EXCLUDED = "excluded by the settings"

IGNORED = "ignored by git"

BUILT = "made by a build: beside the project's file, and not tracked by git"

PassedOver = Callable[[Path, str], None]
"""Is told of each Python file and folder that a walk leaves out, and why."""


def no_matter(_path: Path, _reason: str) -> None:
    """Forget what is left out."""


def python_files(folder: Path, settings: Settings, passed_over: PassedOver = no_matter) -> Iterator[Path]:
    """Yield the Python files and notebooks below a folder, sorted by path.

    Links to folders are not followed; a link to a file of the project counts, one that leads out of it does not.
    """
    below = folder.is_relative_to(settings.root)
    if below and folder != settings.root and is_excluded(folder, settings, is_folder=True):
        passed_over(folder, EXCLUDED)
        return
    start = folder.relative_to(settings.root).as_posix() if below else "."
    walk = Walk(settings, _excluder(settings), passed_over)
    yield from walk.files(folder, "" if start == "." else f"{start}/", ignores_of(folder))


def is_notebook(name: str) -> bool:
    """Tell whether a file name is that of a Jupyter notebook."""
    return name.endswith(NOTEBOOK)


Excludes = Callable[[str, str], bool]
"""Takes a name and its path inside the project (a folder's ends in a slash); tells whether it is excluded."""


def _excluder(settings: Settings) -> Excludes:
    """Return a function that tells whether `exclude` or `extend-exclude` match a path."""
    names, others = split((*settings.exclude, *settings.extend_exclude))
    return lambda name, path: name in names or (others is not None and others.match_file(path))


@frozen()
class Walk:
    """A walk over folders. It does not recurse: git holds trees that are deeper than Python's stack."""

    settings: Settings
    excludes: Excludes
    passed_over: PassedOver

    def files(self, folder: Path, inner: str, ignores: Ignores) -> Iterator[Path]:
        """Yield the files below a folder. `inner` is its path inside the project with a slash at the end; empty for the root."""
        stack = [self._listed(folder, inner, ignores)]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
            elif isinstance(found, Path):
                yield found
            else:
                stack.append(self._listed(*found))

    def _listed(self, folder: Path, inner: str, ignores: Ignores) -> Iterator[Path | tuple[Path, str, Ignores]]:
        """Yield the files of a folder, and the arguments of this method for each folder in it, sorted by name."""
        try:
            # Sorted: the order in which a file system lists names must not decide the order of findings.
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self.passed_over(folder, f"cannot be read: {error.strerror}")
            return
        ignores = ignores.inside(folder, {entry.name for entry in entries if entry.name.startswith(".git")})
        if ignores.without_git and ignores.folder == folder:
            self.passed_over(
                folder, f"its `.gitignore` files are read, as git does not tell what it ignores: {ignores.without_git}"
            )
        for entry in entries:
            is_folder = _is_folder(entry)
            # The suffix comes first, since it costs nothing, and most files of a repository are not Python's.
            if not is_folder and not entry.name.endswith(SUFFIXES):
                continue
            found, path = folder / entry.name, f"{inner}{entry.name}{'/' if is_folder else ''}"
            reason = self._reason(entry, found, path, ignores)
            if reason is not None:
                self.passed_over(found, reason)
            elif is_folder:
                yield found, path, ignores
            else:
                yield found

    def _reason(self, entry: os.DirEntry[str], found: Path, path: str, ignores: Ignores) -> str | None:
        """Return why a folder, or a file with the name of a Python file, is passed over; None if it is not."""
        if self.excludes(entry.name, path):
            return EXCLUDED
        # A configured `exclude` is the user's decision about build folders too.
        if entry.name in NAMES and self.settings.exclude == EXCLUDE and is_build_folder(found):
            return BUILT
        if ignores.ignore(found, is_folder=path.endswith("/")):
            return IGNORED
        if path.endswith("/"):
            return None
        if not _is_file(entry):
            return "not a regular file"
        return "a link out of the project" if entry.is_symlink() and leads_out(found, self.settings.root) else None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def is_excluded(path: Path, settings: Settings, *, is_folder: bool = False) -> bool:
    """Tell whether `exclude` or `extend-exclude` match a path, or a build made it; the patterns are those of `.gitignore`."""
    relative = inner_path(path, settings.root)
    if settings.exclude == EXCLUDE and in_build_folder(path, settings.root):
        return True
    return spec_of((*settings.exclude, *settings.extend_exclude)).match_file(relative + ("/" if is_folder else ""))
