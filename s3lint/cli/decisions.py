"""Make the fixes in a report those that `--fix` makes: some of them depend on the whole project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from s3lint.cli.request import RunRequest
from s3lint.config.selection import Selection
from s3lint.finding import Finding
from s3lint.fixes.variables import have_own_variables, names_variable
from s3lint.linter.decisions import decided_by, deciding_codes, deciding_settings, may_be_decided, may_find
from s3lint.project.files import ProjectFiles
from s3lint.project.targets import Target
from s3lint.runner.run import RunResult, analyze_files, check_all
from s3lint.settings import Settings


def with_decisions(outcome: RunResult, request: RunRequest, jobs: int | None) -> RunResult:
    """Return a result whose fixes name what rules decide over the whole project, such as the variable of each bucket."""
    fixable = [finding for finding in outcome.findings if may_be_decided(finding)]
    if not fixable:
        return outcome
    target_of = {target.path: target for target in request.files}
    decided: dict[Settings, Settings] = {}
    for target in (target_of[finding.path] for finding in fixable):
        if target.settings not in decided:
            decided[target.settings] = _decided(target, outcome.undecided.get(target.settings, []), request, jobs)
    if all(names_variable(finding, decided[target_of[finding.path].settings]) for finding in fixable):
        return outcome

    def under(target: Target) -> Target:
        return replace(target, settings=decided.get(target.settings, target.settings))

    files, context = (list(map(under, each)) for each in (request.files, request.context_files))
    return check_all(files, jobs, context=context)


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
