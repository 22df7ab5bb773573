"""The files of one commit of a repository, held in memory, and what is found in them. Nothing here needs Spark."""

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
from s3lint.project.files import LARGEST, ProjectFiles
from s3lint.settings import Settings
from s3lint.source.notebooks import plain

ROOT = Path("/repository")
"""Where files stand for the engine. No such folder is looked at."""


class StoredFiles(ProjectFiles):
    """A project whose files are in memory: nothing of the machine's disk belongs to it."""

    def __init__(self, settings: Settings, contents: Mapping[Path, bytes]) -> None:
        super().__init__(settings)
        self.contents = contents

    def read(self, path: Path) -> bytes | None:
        data = self.contents.get(path)
        return plain(data) if data is not None and len(data) <= LARGEST else None

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


@dataclass
class Looked:
    """What the look at files of one commit gave. Files in which nothing is to say have no result."""

    files: int = 0
    results: list[Result] = field(default_factory=list)
    errors: list[tuple[str | None, str]] = field(default_factory=list)
    """Paths that could not be checked, and one sentence each."""

    def add(self, other: Looked) -> None:
        self.files += other.files
        self.results += other.results
        self.errors += other.errors


def stored(settings: Settings) -> Settings:
    """The settings of an organisation as they hold for each of its repositories: one root, and no baseline of a checkout's."""
    return replace(settings, root=ROOT, source=None, baseline=None)


def path_in(name: str | None) -> Path:
    """Where a file of a repository stands. Raises `ValueError` for what names no file inside of it."""
    if not name:
        raise ValueError("the row names no path")
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\0" in name or not pure.parts:
        raise ValueError("the path leads out of its repository: give it relative to the top")
    return ROOT / pure


def name_of(path: Path) -> str:
    """The path of a file inside of its repository, with `/`."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def is_checked(path: Path, settings: Settings) -> bool:
    return path.name.endswith(SUFFIXES) and not is_excluded(path, settings)


def look(settings: Settings, contents: Mapping[Path, bytes], wanted: Iterable[Path]) -> Looked:
    """What the calls in the wanted files give rise to, in any file. A file at which the engine fails becomes an error."""
    engine = Engine(settings, StoredFiles(settings, contents))
    looked = Looked()
    for path in wanted:
        if not is_checked(path, settings):
            continue
        looked.files += 1
        try:
            result = engine.analyze(path, contents[path])
        except Exception as error:
            looked.errors.append((name_of(path), failure("s3lint", error)))
            continue
        if result != Result(path):
            looked.results.append(result)
    return looked


def settle(settings: Settings, results: Iterable[Result]) -> Reported:
    """Decide on the results of one commit, as every front end does."""
    return report(list(by_file(_completed(settings, results))), Selection(settings))


def _completed(settings: Settings, results: Iterable[Result]) -> list[Result]:
    """The results, with one for each file in which only the calls of others find something."""
    by_path = {result.path: result for result in results}
    for result in list(by_path.values()):
        for finding in result.findings:
            if finding.path not in by_path and is_checked(finding.path, settings):
                by_path[finding.path] = Result(finding.path)
    return [by_path[path] for path in sorted(by_path)]
