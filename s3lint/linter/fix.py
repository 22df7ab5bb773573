"""Fix files of a project: analyze, apply what can be applied, and analyze again, with texts that are not on disk yet.

`FixSession` shares what was read of the project between the rounds and between files. The edits themselves are the business of `fixes`.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from s3lint.config.selection import Selection, union_of
from s3lint.finding import Finding
from s3lint.fixes.apply import Fixed, fix_text
from s3lint.fixes.other_uses import OtherUses
from s3lint.linter.decisions import decided_by, deciding_codes, deciding_settings, may_be_decided
from s3lint.linter.engine import Engine
from s3lint.linter.rounds import Rounds
from s3lint.project.discovery import is_notebook
from s3lint.project.files import ProjectFiles
from s3lint.project.loader import Loader
from s3lint.registry import rules
from s3lint.registry.rule import Rule
from s3lint.settings import Settings
from s3lint.source.script_cells import plain
from s3lint.source.text import searchable
from s3lint.support.interpreter import paused_collector


class FixSession:
    """The files of a project as they were when they were first read, and above them the texts that are being changed.

    `files` must read through `texts`.
    """

    def __init__(
        self, settings: Settings, files: ProjectFiles, texts: MutableMapping[Path, bytes], *, is_decided: bool = False
    ) -> None:
        self.settings = settings
        self._is_decided = is_decided
        self._files = files
        self._texts = texts
        self.other_uses = OtherUses(files)
        self._loader = Loader()
        self._before: dict[Path, bytes] = {}
        """The text of a file that is being changed, as the rest of the project saw it."""
        self._rounds: dict[Settings, Rounds] = {}

    @classmethod
    def on_disk(cls, settings: Settings, *, is_decided: bool = False) -> FixSession:
        """Return a session for files on disk. `is_decided`: the settings hold already what rules decide over a whole project."""
        texts: dict[Path, bytes] = {}
        return cls(settings, ProjectFiles(settings, texts), texts, is_decided=is_decided)

    def findings(self, path: Path, data: bytes, *, unsafe: bool) -> list[Finding]:
        """Return the findings of a file with this text that have a fix to apply, among others."""
        self._before.setdefault(path, self._files.content(path))
        self._texts[path] = data
        self._files.refresh(path)
        found = self._check(path, data, unsafe=unsafe)
        if not self._is_decided and any(map(may_be_decided, found)):
            self._is_decided = True
            self.settings = decided(self.settings, self._files, self._loader)
            found = self._check(path, data, unsafe=unsafe)
        return found

    def _check(self, path: Path, data: bytes, *, unsafe: bool) -> list[Finding]:
        # Whether a suppression is unused, which has a fix, is for all rules to say.
        settings = self.settings if _may_suppress(path, data) else fixing_settings(self.settings, unsafe=unsafe)
        if settings not in self._rounds:
            self._rounds[settings] = Rounds(settings, self._files, self._loader)
        with self._rounds[settings].engine(path, self._before[path], plain(data)) as engine:
            return engine.check(path, data)[0]

    @contextmanager
    def changing(self, path: Path) -> Iterator[None]:
        """Afterwards the rest of the project sees the file again as it was: fixes of one file never depend on those of another."""
        try:
            yield
        finally:
            self._before.pop(path, None)
            self._texts.pop(path, None)
            self._files.refresh(path)


def fix_file(path: Path, data: bytes, settings: Settings, *, unsafe: bool) -> Fixed:
    """Apply every applicable fix of a file on disk, in memory. Raises `Unsettled`; then the file must stay as it is."""
    return fix_in(FixSession.on_disk(settings), path, data, unsafe=unsafe)


def fix_in(session: FixSession, path: Path, data: bytes, *, unsafe: bool) -> Fixed:
    """Apply every applicable fix of a file of a session, in memory. Raises `Unsettled`; then the file must stay as it is."""
    with session.changing(path), paused_collector():
        return fix_text(
            path,
            data,
            lambda text: session.findings(path, text, unsafe=unsafe),
            unsafe=unsafe,
            is_used_elsewhere=partial(session.other_uses.may_use, path),
        )


def _may_suppress(path: Path, data: bytes) -> bool:
    """Return whether a file may have suppressions. The JSON of a notebook can spell them in any way."""
    text = searchable(data).lower()
    return is_notebook(path.name) or b"s3lint" in text or b"noqa" in text


def fixing_settings(settings: Settings, *, unsafe: bool) -> Settings:
    """Return the settings with only those rules on that may bring a fix to apply, or keep one of these from it."""
    selected = Selection(settings).codes
    safe, known = union_of(settings.extend_safe_fixes), rules()
    fixing = {code for code in selected if _may_fix(known[code], unsafe=unsafe or code in safe)}
    groups = [{code, *rule.yields_to} for code, rule in known.items() if rule.fixes_together or code in fixing]
    wanted = fixing.union(*(group for group in groups if not group.isdisjoint(fixing))) & selected
    # Settings that select nothing select the profile.
    return replace(settings, select=tuple(sorted(wanted)), extend_select=(), ignore=()) if wanted else settings


def _may_fix(rule: Rule, *, unsafe: bool) -> bool:
    """Return whether a rule may have a fix, safe ones where `unsafe` is not set. Only s3lint's own rules say so for certain."""
    return (rule.fix != "none" and (unsafe or rule.fix != "unsafe")) or not rule.module.startswith("s3lint.rules.")


def decided(settings: Settings, files: ProjectFiles, loader: Loader | None = None) -> Settings:
    """Return the settings for fixes, in which rules have decided over the whole project what no file can decide alone.

    The same for every way to a fix: it depends on the files of the project, not on those that are asked for.
    """
    engine = deciding_engine(settings, files, loader)
    findings = [finding for path in files.outside_tests for finding in engine.analyze(path, files.content(path)).findings]
    return decided_by(findings, settings, files)


def deciding_engine(settings: Settings, files: ProjectFiles, loader: Loader | None = None) -> Engine:
    """Return an engine that finds in each file what rules decide by over the whole project."""
    return Engine(deciding_settings(settings, deciding_codes()), files, loader)
