"""Make the fixes in a report those that `--fix` makes: some of them depend on the whole project."""

from __future__ import annotations

import gc
from dataclasses import replace

from s3lint.cli.request import RunRequest
from s3lint.config.selection import Selection
from s3lint.finding import Finding
from s3lint.fixes.variables import have_own_variables, names_variable
from s3lint.linter.decisions import decided_by, deciding_codes, deciding_settings
from s3lint.project.files import ProjectFiles
from s3lint.project.targets import Target
from s3lint.registry import rules
from s3lint.runner.run import RunResult, analyze_files, check_all
from s3lint.runner.worker import MAX_PROJECTS
from s3lint.settings import Settings


def with_decisions(outcome: RunResult, request: RunRequest, jobs: int | None) -> RunResult:
    """Return a result whose fixes name what rules decide over the whole project, such as the variable of each bucket."""
    fixable = {finding.path for finding in outcome.findings if finding.fix is not None and rules()[finding.code].decides}
    if not fixable:
        return outcome
    known: list[tuple[Settings, Settings]] = []
    for target in request.files:
        if target.path in fixable and not any(target.settings == own for own, _ in known):
            known.append((target.settings, _decided(target, outcome, request, jobs)))
            # What the analysis of a project leaves refers to itself, and is found by no collection while the collector is paused.
            if len(known) % MAX_PROJECTS == 0:
                gc.collect()

    def under(target: Target) -> Target:
        return replace(target, settings=next((made for own, made in known if own == target.settings), target.settings))

    decided = {target.path: under(target).settings for target in request.files if target.path in fixable}
    if all(_is_as_decided(finding, decided[finding.path]) for finding in outcome.findings if finding.path in decided):
        return outcome
    files, context = (list(map(under, each)) for each in (request.files, request.context_files))
    return check_all(files, jobs, context=context)


def _decided(target: Target, outcome: RunResult, request: RunRequest, jobs: int | None) -> Settings:
    """Return the settings for the fixes of a project: by the findings of the run if no others could change them, else by another run."""
    files = ProjectFiles(target.settings)
    own = {each.path for each in request.files if each.settings == target.settings}
    found = [finding for finding in outcome.undecided if finding.path in own]
    covers_all = deciding_codes() <= Selection(target.settings).codes or have_own_variables(found, target.settings)
    if target.partial or not covers_all:
        narrowed = deciding_settings(target.settings)
        results = analyze_files([Target(path, narrowed) for path in files.outside_tests()], jobs, request.cache)
        return decided_by([finding for result in results for finding in result.findings], target.settings, files)
    return decided_by(found, target.settings, files)


def _is_as_decided(finding: Finding, settings: Settings) -> bool:
    return finding.fix is None or not rules()[finding.code].decides or names_variable(finding, settings)
