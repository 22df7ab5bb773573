"""Fix files of a project: analyze, apply what can be applied, and analyze again, with texts that are not on disk yet.

`FixSession` shares what was read of the project between the rounds and between files. The edits themselves are the business of `fixes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from s3lint.finding import Finding
from s3lint.fixes.apply import Fixed, fix_text
from s3lint.linter.engine import Engine
from s3lint.project.files import ProjectFiles
from s3lint.project.loader import Loader
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.support.interpreter import paused_collector


class FixSession:
    """The files of a project as they were when they were first read, and above them the texts that are being changed.

    `files` must read through `texts`.
    """

    def __init__(self, settings: Settings, files: ProjectFiles, texts: MutableMapping[Path, bytes]) -> None:
        self.settings = settings
        self._files = files
        self._texts = texts
        self._loader = Loader()

    @classmethod
    def on_disk(cls, settings: Settings) -> FixSession:
        """Return a session for files on disk."""
        texts: dict[Path, bytes] = {}
        return cls(settings, ProjectFiles(settings, texts), texts)

    def findings(self, path: Path, data: bytes) -> list[Finding]:
        """Return what is reported in a file with this text."""
        self._texts[path] = data
        self._files.refresh(path)
        # The engine's results depend on texts that change between rounds, so each round has its own; parsed modules are shared.
        return Engine(self.settings, self._files, self._loader).check(path, data)[0]

    @contextmanager
    def changing(self, path: Path) -> Iterator[None]:
        """Afterwards the rest of the project sees the file again as it was: fixes of one file never depend on those of another."""
        try:
            yield
        finally:
            self._texts.pop(path, None)
            self._files.refresh(path)


def fix_file(path: Path, data: bytes, settings: Settings, *, unsafe: bool) -> Fixed:
    """Apply every applicable fix of a file on disk, in memory. Raises `Unsettled`; then the file must stay as it is."""
    return fix_in(FixSession.on_disk(settings), path, data, unsafe=unsafe)


def fix_in(session: FixSession, path: Path, data: bytes, *, unsafe: bool) -> Fixed:
    """Apply every applicable fix of a file of a session, in memory. Raises `Unsettled`; then the file must stay as it is."""
    with session.changing(path), paused_collector():
        return fix_text(path, data, lambda text: session.findings(path, text), unsafe=unsafe)


def decided(findings: Iterable[Finding]) -> Callable[[Settings], Settings]:
    """Return a function from settings to the settings for a run of fixes, in which rules have decided what no file can decide alone."""
    by_code: dict[str, list[Finding]] = {code: [] for code, rule in rules().items() if rule.decisions}
    for finding in findings:
        if finding.code in by_code:
            by_code[finding.code].append(finding)

    def decide(settings: Settings) -> Settings:
        for code, found in by_code.items():
            settings = rules()[code].decided(found, settings)
        return settings

    return decide
