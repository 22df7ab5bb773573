"""Make the fixes in a report on a part of a project those that `--fix` makes: some of them depend on the whole project."""

from __future__ import annotations

from dataclasses import replace

from s3lint.cli.request import RunRequest
from s3lint.project.files import ProjectFiles
from s3lint.project.targets import Target
from s3lint.registry import rules
from s3lint.runner.run import RunResult, check_all
from s3lint.settings import Settings


def with_decisions(outcome: RunResult, request: RunRequest, jobs: int | None) -> RunResult:
    """Return a result whose fixes name what rules decide over the whole project, such as the variable of each bucket."""
    undecided = {finding.path for finding in outcome.findings if finding.fix is not None and rules()[finding.code].decisions}
    partial = [target for target in request.files if target.partial and target.path in undecided]
    if not partial:
        return outcome
    from s3lint.linter.fix import decided

    known: list[tuple[Settings, Settings]] = []
    for target in partial:
        if not any(target.settings == own for own, _ in known):
            known.append((target.settings, decided(target.settings, ProjectFiles(target.settings))))

    def under(target: Target) -> Target:
        return replace(target, settings=next((made for own, made in known if own == target.settings), target.settings))

    files, context = (list(map(under, each)) for each in (request.files, request.context_files))
    return check_all(files, jobs, context=context)
