"""Select rules, and findings by confidence and file. Imports the registry when the selection is first used."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from s3lint.finding import PROFILES, Finding, Severity
from s3lint.project.patterns import is_test, matches
from s3lint.settings import Settings


class Selection:
    """The rules that are on, by profile, `select`, `extend-select` and `ignore`, and the findings that settings ask for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that are on. Raises `UnknownRule` for a selector that names no rule."""
        from s3lint.registry import rules

        settings = self.settings
        within = PROFILES[: PROFILES.index(settings.profile) + 1]
        if settings.select:
            chosen = self._selected(settings.select)
        else:
            chosen = frozenset(code for code, rule in rules().items() if rule.profile in within)
        return (chosen | self._selected(settings.extend_select)) - union_of(settings.ignore)

    def _selected(self, selectors: tuple[str, ...]) -> frozenset[str]:
        """Return the codes that selectors switch on: a rule on trial only by its code or name, unless the profile has such rules."""
        from s3lint.registry import rules

        codes = union_of(selectors)
        if self.settings.profile == "preview":
            return codes
        named = {selector.lower() for selector in selectors}
        on_trial = {code for code in codes if rules()[code].profile == "preview"}
        return codes - {code for code in on_trial if named.isdisjoint((code.lower(), rules()[code].name))}

    def reports(self, finding: Finding) -> bool:
        """Return whether the settings ask for a finding, by rule, confidence and file."""
        if finding.code not in self.codes or finding.confidence < self.settings.min_confidence:
            return False
        if finding.code in self.ignored_in(finding.path):
            return False
        return self.checks_tests(finding.code) or not is_test(finding.path, self.settings)

    @cached_property
    def severities(self) -> dict[str, Severity]:
        """The severity of each code that the settings name. A longer beginning of a code wins over a shorter one, which wins over `ALL`."""
        by_breadth = sorted(self.settings.severity.items(), key=lambda item: -len(union_of([item[0]])))
        return {code: severity for selector, severity in by_breadth for code in union_of([selector])}

    def as_set(self, finding: Finding) -> Finding:
        """Return a finding with the severity that the settings give it, and its fix as they allow it."""
        finding = self._with_fix_as_set(finding)
        severity = self.severities.get(finding.code, finding.severity) if self.settings.severity else finding.severity
        return finding if severity is finding.severity else replace(finding, severity=severity)

    def _with_fix_as_set(self, finding: Finding) -> Finding:
        """Return a finding with its fix marked safe or unsafe as the settings say; without a fix where they forbid it."""
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
        """Return the codes that `per-file-ignores` switches off in a file."""
        selectors = [
            selector
            for pattern, selectors in self.settings.per_file_ignores.items()
            if matches(path, (pattern,), self.settings)
            for selector in selectors
        ]
        return union_of(selectors)


def union_of(selectors: tuple[str, ...] | list[str]) -> frozenset[str]:
    """Return the codes that any of the selectors names."""
    from s3lint.registry import select

    return frozenset(code for selector in selectors for code in select(selector))
