"""Analyze the files of one commit of a repository in memory. Imports no Spark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from s3lint.config.selection import Selection
from s3lint.finding import failure
from s3lint.linter.engine import Engine
from s3lint.linter.findings import by_file
from s3lint.linter.policy import Reported, report
from s3lint.linter.result import Result
from s3lint.project.discovery import SUFFIXES, is_excluded
from s3lint.project.owners import PLACES, Owners
from s3lint.project.stored_files import StoredFiles
from s3lint.settings import Settings

ROOT = Path("/repository")
"""The folder that the engine sees files in. It need not exist: nothing is read from the disk."""


@dataclass
class CommitResults:
    """The results of files of one commit. Files without findings, suppressions and errors have no result."""

    files: int = 0
    results: list[Result] = field(default_factory=list)
    errors: list[tuple[str | None, str]] = field(default_factory=list)
    """The paths that could not be checked (None if unknown), with one sentence each."""
    owners: dict[str, bytes] = field(default_factory=dict)
    """The files of owners by their names."""

    def add(self, other: CommitResults) -> None:
        """Add the results of another part of the commit."""
        self.files += other.files
        self.results += other.results
        self.errors += other.errors
        self.owners |= other.owners

    def owner_of(self, path: Path) -> str | None:
        """Return the owners of a file, separated by spaces; None without any."""
        return " ".join(self._owners.of(name_of(path))) or None

    @cached_property
    def _owners(self) -> Owners:
        return Owners(next((self.owners[name] for name in PLACES if name in self.owners), b""))


def for_repository(settings: Settings) -> Settings:
    """Adapt the settings of an organisation to a repository in memory: its root, and no baseline or file of the local checkout."""
    return replace(settings, root=ROOT, source=None, baseline=None)


def path_in(name: str | None) -> Path:
    """The path of a file below `ROOT`. Raises `ValueError` for a name that is empty or leads out of the repository."""
    if not name:
        raise ValueError("the row names no path")
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\0" in name or not pure.parts:
        raise ValueError("the path leads out of its repository: give it relative to the top")
    return ROOT / pure


def check_repository(name: str) -> None:
    """Raises `ValueError` for the name of a repository that no folder below another can have."""
    parts = name.split("/")
    if not name or name.startswith("/") or not {"", ".", ".."}.isdisjoint(parts) or "\\" in name or not name.isprintable():
        raise ValueError("the name of the repository is no relative path: give repositories names such as team/service")


def name_of(path: Path) -> str:
    """The name of a file in its repository, with `/`: the inverse of `path_in`."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def is_checked(path: Path, settings: Settings) -> bool:
    """Whether a file is Python and not excluded."""
    return path.name.endswith(SUFFIXES) and not is_excluded(path, settings)


def analyze_commit(settings: Settings, contents: Mapping[Path, bytes], wanted: Iterable[Path]) -> CommitResults:
    """Analyze the wanted files; their findings may be in other files. A file on which the engine fails becomes an error."""
    engine = Engine(settings, StoredFiles(settings, contents))
    commit = CommitResults()
    for path in wanted:
        if not is_checked(path, settings):
            continue
        commit.files += 1
        try:
            result = engine.analyze(path, contents[path])
        except Exception as error:
            commit.errors.append((name_of(path), failure("s3lint", error)))
            continue
        if result != Result(path):
            commit.results.append(result)
    return commit


def report_commit(settings: Settings, results: Iterable[Result]) -> Reported:
    """Decide on the results of one commit, as every front end does."""
    return report(list(by_file(_completed(settings, results))), Selection(settings))


def _completed(settings: Settings, results: Iterable[Result]) -> list[Result]:
    """Add an empty result for each file whose only findings come from the analysis of other files."""
    by_path = {result.path: result for result in results}
    for result in list(by_path.values()):
        for finding in result.findings:
            if finding.path not in by_path and is_checked(finding.path, settings):
                by_path[finding.path] = Result(finding.path)
    return [by_path[path] for path in sorted(by_path)]
