"""What rules decide over a whole project before fixes are made, such as the variable of each bucket.

Imports no parser: a report whose findings are cached asks for the decision too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from s3lint.finding import Finding
from s3lint.project.discovery import is_notebook
from s3lint.registry import rules
from s3lint.settings import Settings

if TYPE_CHECKING:
    from s3lint.project.files import ProjectFiles
    from s3lint.registry.rule import Decide


def deciding_settings(settings: Settings, codes: frozenset[str]) -> Settings:
    """Return the settings under which the files of a project are analysed to decide, for the findings of some of the rules that do."""
    return replace(settings, select=tuple(sorted(codes)), extend_select=(), ignore=(), baseline=None, observed=())


def may_find(codes: frozenset[str], files: ProjectFiles) -> bool:
    """Return whether an analysis of a project may have findings of some rules: no other is worth its time."""
    from s3lint.linter.prefilter import prefilter_for
    from s3lint.source.text import is_wide

    prefilter, contents = prefilter_for(codes), ((path, files.content(path)) for path in files.outside_tests)
    # A notebook may escape the characters of any word, and UTF-16 hides them all.
    return any(is_notebook(path.name) or is_wide(data) or prefilter.mentions(data) for path, data in contents)


def decided_by(findings: Sequence[Finding], settings: Settings, files: ProjectFiles) -> Settings:
    """Return the settings for fixes, given all findings of the project of the rules that decide."""
    by_code = {code: [finding for finding in findings if finding.code == code] for code in deciding_codes()}
    deciders: dict[Decide, list[Finding]] = {}
    for code, found in by_code.items():
        for decide in rules()[code].imported().decisions:
            deciders.setdefault(decide, []).extend(found)
    for decide, concerned in deciders.items():
        settings = decide(concerned, settings, partial(_mentioned, files))
    return settings


def _mentioned(files: ProjectFiles, word: str) -> bool:
    """Return whether a word is in any file of a project, which is listed and read only if a rule asks."""
    capitals = word.upper().encode()
    pattern = re.compile(rb"\b%s\b" % re.escape(capitals))
    # Few files have the word in any place, and `in` is ten times as fast.
    texts = (files.content(path).upper() for path in files.outside_tests)
    return any(capitals in text and pattern.search(text) for text in texts)


def deciding_codes() -> frozenset[str]:
    """Return the codes of the rules that decide something over the whole project before fixes are made."""
    return frozenset(code for code, rule in rules().items() if rule.decides)


def may_be_decided(finding: Finding) -> bool:
    """Return whether the fix of a finding depends on what its rule decides over the whole project."""
    return finding.fix is not None and rules()[finding.code].decides
