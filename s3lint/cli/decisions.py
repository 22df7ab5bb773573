"""Make the fixes in a report those that `--fix` makes: some of them depend on the whole project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from s3lint.cli.request import RunRequest
from s3lint.config.selection import Selection
from s3lint.finding import Finding
from s3lint.fixes.variables import have_own_variables, names_variable
from s3lint.linter.decisions import decided_by, deciding_codes, deciding_settings, may_be_decided, may_find
from s3lint.project.files import ProjectFiles
from s3lint.project.patterns import is_test
from s3lint.project.targets import Target
from s3lint.registry import rules
from s3lint.runner.run import RunResult, analyze_files, check_fixes_again, is_undecided
from s3lint.settings import Settings


def with_decisions(outcome: RunResult, request: RunRequest, jobs: int | None) -> RunResult:
    """Return a result whose fixes name what rules decide over the whole project, such as the variable of each bucket."""
    fixable = [finding for finding in outcome.findings if may_be_decided(finding)]
    if not fixable:
        return outcome
    decided = decided_settings(fixable, outcome, request, jobs)
    settings_of = {target.path: decided.get(target.settings, target.settings) for target in request.files}
    if all(names_variable(finding, settings_of[finding.path]) for finding in fixable):
        return outcome

    def under(target: Target) -> Target:
        return replace(target, settings=decided.get(target.settings, target.settings))

    files, context = (list(map(under, each)) for each in (request.files, request.context_files))
    return check_fixes_again(outcome, files, jobs, request.cache, context)


def decided_settings(
    findings: Iterable[Finding], outcome: RunResult, request: RunRequest, jobs: int | None
) -> dict[Settings, Settings]:
    """Return the settings of each project with a fix, among those of the findings, that depends on all of it, and what they are once
    the rules have decided."""
    target_of = {target.path: target for target in (*request.context_files, *request.files)}
    undecided = _undecided(outcome, {path: target.settings for path, target in target_of.items()})
    found: dict[Settings, Settings] = {}
    for target in (target_of[finding.path] for finding in findings if may_be_decided(finding)):
        if target.settings not in found:
            found[target.settings] = _decided(target, undecided.get(target.settings, []), request, jobs)
    return found


def _undecided(outcome: RunResult, settings_of: Mapping[Path, Settings]) -> dict[Settings, list[Finding]]:
    """Return what rules that decide have found outside of tests, suppressed findings too, by the settings of the file that was analysed."""
    found: dict[Settings, list[Finding]] = {}
    for result in filter(is_undecided, outcome.results):
        own = settings_of[result.path]
        if own.lint_tests or not is_test(result.path, own):
            found.setdefault(own, []).extend(finding for finding in result.findings if rules()[finding.code].decides)
    return found


def _decided(target: Target, found: Sequence[Finding], request: RunRequest, jobs: int | None) -> Settings:
    """Return the settings for the fixes of a project, given what the run found in it.

    What the run did not look for is looked for if it could change them.
    """
    settings, files = target.settings, ProjectFiles(target.settings)
    known = frozenset[str]() if target.partial else Selection(settings).codes
    found = [finding for finding in found if finding.code in known]
    left = deciding_codes() - known
    # With a cache the results of an earlier run tell it, without reading a file.
    if left and not have_own_variables(found, settings) and (request.cache is not None or may_find(left, files)):
        narrowed = deciding_settings(settings, left)
        results = analyze_files([Target(path, narrowed) for path in files.outside_tests], jobs, request.cache)
        found += [finding for result in results for finding in result.findings]
    return decided_by(found, settings, files)
