"""Which rules are on, and which findings of which files are reported."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from s3lint.finding import Finding
from s3lint.project.patterns import is_test, matches
from s3lint.settings import Settings


class Selection:
    """The codes that are on, by profile, `select`, `extend-select` and `ignore`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def codes(self) -> frozenset[str]:
        """Raises `UnknownRule` for a selector that names no rule."""
        from s3lint.registry import rules

        settings = self.settings
        if settings.select:
            chosen = union_of(settings.select)
        else:
            chosen = frozenset(code for code, rule in rules().items() if settings.profile in (rule.profile, "strict"))
        return (chosen | union_of(settings.extend_select)) - union_of(settings.ignore)

    def reports(self, finding: Finding) -> bool:
        """Whether a finding is wanted, in the file that it stands in."""
        if finding.code not in self.codes or finding.confidence < self.settings.min_confidence:
            return False
        if finding.code in self.ignored_in(finding.path):
            return False
        return self.checks_tests(finding.code) or not is_test(finding.path, self.settings)

    def with_fix_as_set(self, finding: Finding) -> Finding:
        """A finding whose fix is as safe as the settings say; without one where they forbid it."""
        if finding.fix is None:
            return finding
        if finding.code in union_of(self.settings.unfixable):
            return replace(finding, fix=None)
        safe = finding.fix.safe or finding.code in union_of(self.settings.extend_safe_fixes)
        safe = safe and finding.code not in union_of(self.settings.extend_unsafe_fixes)
        return replace(finding, fix=replace(finding.fix, safe=safe))

    def checks_tests(self, code: str) -> bool:
        """Whether a rule checks test code under these settings."""
        from s3lint.registry import rules

        return self.settings.lint_tests or rules()[code].in_tests

    def ignored_in(self, path: Path) -> frozenset[str]:
        selectors = [
            selector
            for pattern, selectors in self.settings.per_file_ignores.items()
            if matches(path, (pattern,), self.settings)
            for selector in selectors
        ]
        return union_of(selectors)


def union_of(selectors: tuple[str, ...] | list[str]) -> frozenset[str]:
    from s3lint.registry import select

    return frozenset(code for selector in selectors for code in select(selector))
