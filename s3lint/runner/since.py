"""Tell which findings the change since a revision brings: those that the files of that revision do not have, compared by content.

The settings of today apply to both sides, so that a changed configuration brings no findings. Renamed files are followed, because the
findings of a deleted file match those of any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from s3lint.config.selection import Selection
from s3lint.errors import UsageError
from s3lint.finding import Finding
from s3lint.linter.engine import Engine
from s3lint.linter.findings import by_file
from s3lint.linter.policy import report
from s3lint.project.boundary import repository_root
from s3lint.project.commits import CommitFiles, base_of
from s3lint.project.stored_files import StoredFiles
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.support.interpreter import paused_collector
from s3lint.suppressions.baseline import Baseline, Entry, with_contents

SettingsOf = Callable[[Path], Settings]


class Since:
    """Compares findings with those of a revision. Repositories and projects are read once, however often it is asked."""

    def __init__(self, revision: str) -> None:
        self.revision = revision
        self._commits: dict[Path, CommitFiles] = {}
        self._engines: list[tuple[Path, Engine]] = []

    def new(
        self, findings: Sequence[Finding], settings_of: SettingsOf, overlay: Mapping[Path, bytes] | None = None
    ) -> list[Finding]:
        """Return the findings that the revision does not have, in order. `overlay` are contents that differ from those on disk.

        Raises `UsageError` for a file outside of a repository, and for a revision that its repository does not have.
        """
        groups: list[tuple[Path, Settings, list[Finding]]] = []
        for finding in findings:
            repository, settings = self.repository(finding.path), replace(settings_of(finding.path), baseline=None)
            group = next((found for top, own, found in groups if top == repository and own == settings), None)
            if group is None:
                groups.append((repository, settings, [finding]))
            else:
                group.append(finding)
        kept = {id(each) for group in groups for each in self._new_in(*group, overlay)}
        return [finding for finding in findings if id(finding) in kept]

    def repository(self, path: Path) -> Path:
        """Return the repository of a file, which has the revision. Raises `UsageError`."""
        top = repository_root(path.parent)
        if top is None or not (top / ".git").exists():
            raise UsageError(f"--since: {path} lies in no repository of git")
        if top not in self._commits:
            self._commits[top] = CommitFiles(top, base_of(top, self.revision))
        return top

    def _new_in(
        self, top: Path, settings: Settings, findings: list[Finding], overlay: Mapping[Path, bytes] | None
    ) -> list[Finding]:
        before = Baseline(top / "baseline")
        with paused_collector():
            known = with_contents(self._known(top, settings, findings), self._commits[top])
        entries: Counter[Entry] = Counter(before.entry(finding, text) for finding, text in known)
        return replace(before, entries=entries).match(with_contents(findings, overlay)).new

    def _known(self, top: Path, settings: Settings, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings of the revision in the files that may match: the same ones, and those that were deleted or renamed since."""
        files, engine = self._commits[top], self._engine(top, settings)
        of_project = [path for path in engine.files.listed() if path in files]
        paths = {finding.path for finding in findings}
        wanted = paths & files.keys()
        if wanted != paths:
            wanted |= {path for path in of_project if not path.exists()}
        needs_all = any(rules()[code].whole_project or rules()[code].compares for code in {each.code for each in findings})
        analyze = engine.analyze if needs_all else engine.analyze_standalone
        analyzed = {**dict.fromkeys(of_project), **dict.fromkeys(sorted(wanted))} if needs_all else dict.fromkeys(sorted(wanted))
        results = [analyze(path, data) for path, data in _read(files, analyzed)]
        if files.problem:  # by then without the modules that a file imports
            raise UsageError(files.problem)
        return [each for each in report(list(by_file(results)), Selection(settings)).findings if each.path in wanted]

    def _engine(self, top: Path, settings: Settings) -> Engine:
        known = next((engine for repository, engine in self._engines if repository == top and engine.settings == settings), None)
        if known is None:
            known = Engine(settings, StoredFiles(settings, self._commits[top]))
            self._engines.append((top, known))
        return known


def _read(files: CommitFiles, paths: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Yield the contents. Raises `UsageError` for one that cannot be read, as in a partial clone: without it, old findings would seem new."""
    for path in paths:
        data = files.get(path)
        if data is None:
            raise UsageError(
                files.problem
                or f"--since: git has no content of {path} at the revision: fetch it first, or exclude a file that is too large"
            )
        yield path, data
