"""What rules decide over a whole project before fixes are made, such as the variable of each bucket.

Imports no parser: a report whose findings are cached asks for the decision too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from s3lint.finding import Finding
from s3lint.registry import rules
from s3lint.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from s3lint.project.files import ProjectFiles
    from s3lint.registry.rule import Decide


def deciding_settings(settings: Settings) -> Settings:
    """Return the settings under which the files of a project are analysed to decide."""
    return replace(settings, select=tuple(sorted(deciding_codes())), extend_select=(), ignore=(), baseline=None, observed=())


def decided_by(findings: Sequence[Finding], settings: Settings, files: ProjectFiles) -> Settings:
    """Return the settings for fixes, given all findings of the project of the rules that decide."""
    by_code = {code: [finding for finding in findings if finding.code == code] for code in deciding_codes()}
    deciders: dict[Decide, list[Finding]] = {}
    for code, found in by_code.items():
        for decide in rules()[code].imported().decisions:
            deciders.setdefault(decide, []).extend(found)
    words = _Words(files)
    for decide, concerned in deciders.items():
        settings = decide(concerned, settings, words.mention)
    return settings


class _Words:
    """The words of a project's files, which are listed and read only if a rule asks."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files

    @cached_property
    def _paths(self) -> list[Path]:
        return self._files.outside_tests()

    def mention(self, word: str) -> bool:
        """Tell whether a word is in any of the files."""
        pattern = re.compile(rb"\b%s\b" % re.escape(word.encode()), re.IGNORECASE)
        return any(pattern.search(self._files.content(path)) for path in self._paths)


def deciding_codes() -> frozenset[str]:
    """Return the codes of the rules that decide something over the whole project before fixes are made."""
    return frozenset(code for code, rule in rules().items() if rule.decides)


def may_be_decided(finding: Finding) -> bool:
    """Return whether the fix of a finding depends on what its rule decides over the whole project."""
    return finding.fix is not None and rules()[finding.code].decides
