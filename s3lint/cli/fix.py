"""`s3lint check --fix` and `--diff`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from s3lint.finding import Finding
from s3lint.linter.engine import Engine, failure
from s3lint.linter.fix import Fixed, Unsettled, allow_in_file, decided, diffs, fix_in, is_applicable
from s3lint.linter.workspace import Workspace
from s3lint.reports import Report, printable
from s3lint.runner.run import FEW
from s3lint.settings import Settings
from s3lint.support.atomic_write import Changed, replace_file
from s3lint.support.workers import spread

ATTEMPTS = 3
"""How often a file is fixed anew that somebody else writes at the same time."""


@dataclass
class Outcome:
    """What became of the files: those that were (or would be) changed, and what went wrong, one sentence each."""

    fixed: list[Fixed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def applied(self) -> list[Finding]:
        return [finding for each in self.fixed for finding in each.applied]


@dataclass(frozen=True, slots=True)
class Task:
    """A file to fix."""

    path: Path
    settings: Settings
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """A file whose findings are to be allowed, and why."""

    path: Path
    settings: Settings
    findings: tuple[Finding, ...]
    reason: str


def fix_all(
    findings: Iterable[Finding], settings_of: Callable[[Path], Settings], *, unsafe: bool, write: bool, jobs: int
) -> Outcome:
    """Fixes every file that holds a fixable finding. A file that cannot be fixed or written stays as it was; the others go on."""
    found = list(findings)
    decide = decided(found)
    paths = dict.fromkeys(finding.path for finding in found if is_applicable(finding, unsafe=unsafe))
    return _done([Task(path, decide(settings_of(path)), unsafe) for path in paths], write=write, jobs=jobs)


def allow_all(findings: Iterable[Finding], settings_of: Callable[[Path], Settings], reason: str, *, write: bool) -> Outcome:
    """Writes comments that let findings stand. A file that cannot be written stays as it was; the others go on."""
    by_path: dict[Path, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    return _done([Allowance(path, settings_of(path), tuple(own), reason) for path, own in by_path.items()], write=write, jobs=1)


def _done(tasks: Sequence[Task | Allowance], *, write: bool, jobs: int) -> Outcome:
    outcome = Outcome()
    for task, result in _results(tasks, jobs):
        final = _written(task, result) if write and isinstance(result, Fixed) else result
        if isinstance(final, Fixed):
            outcome.fixed.append(final)
        else:
            outcome.errors.append(final)
    return outcome


def _results(tasks: Sequence[Task | Allowance], jobs: int) -> Iterator[tuple[Task | Allowance, Fixed | str]]:
    if jobs <= 1 or len(tasks) < FEW:
        workspaces = Workspaces()
        yield from ((task, _fixed(task, workspaces)) for task in tasks)
        return
    for task, result in spread(_fixed_in_worker, tasks, jobs):
        yield task, result or f"{task.path}: the process that fixed it died, twice; the file stays as it was"


class Workspaces:
    """The projects of a run, each read once."""

    def __init__(self) -> None:
        self._known: list[Workspace] = []

    def of(self, settings: Settings) -> Workspace:
        known = next((workspace for workspace in self._known if workspace.settings == settings), None)
        if known is None:
            known = Workspace.on_disk(settings)
            self._known.append(known)
        return known


_WORKSPACES = Workspaces()
"""Those of a worker."""


def _fixed_in_worker(task: Task | Allowance) -> Fixed | str:
    return _fixed(task, _WORKSPACES)


def _fixed(task: Task | Allowance, workspaces: Workspaces) -> Fixed | str:
    """A file after its fixes, or one sentence about what is in their way."""
    try:
        data = task.path.read_bytes()
        if isinstance(task, Allowance):
            return allow_in_file(task.path, data, task.findings, task.reason)
        return fix_in(workspaces.of(task.settings), task.path, data, unsafe=task.unsafe)
    except Unsettled as error:
        return str(error)
    except OSError as error:
        return f"{task.path}: cannot be read: {error.strerror or error}"
    except Exception as error:
        return f"{failure(task.path, 's3lint', error)}; the file stays as it was"


def _written(task: Task | Allowance, result: Fixed) -> Fixed | str:
    """Writes a file, which is read and fixed again where it changed meanwhile; one sentence where that is not possible."""
    current: Fixed | str = result
    for _ in range(ATTEMPTS):
        if isinstance(current, str) or current.after == current.before:
            return current
        try:
            replace_file(task.path, current.before, current.after)
        except Changed:
            current = _fixed(_looked_at_again(task), Workspaces())
        except OSError as error:
            return f"{task.path}: cannot be written: {error.strerror or error}"
        else:
            return current
    return f"{task.path}: the file keeps changing while it is fixed; it was left alone"


def _looked_at_again(task: Task | Allowance) -> Task | Allowance:
    """A task for a file that has changed: its findings may stand elsewhere."""
    if isinstance(task, Task):
        return task
    findings, _ = Engine(task.settings).check(task.path, task.path.read_bytes())
    return replace(task, findings=tuple(findings))


def write_diff(outcome: Outcome) -> None:
    for text in diffs(outcome.fixed, Path.cwd()):
        sys.stdout.write(text)


def summary(outcome: Outcome, options: argparse.Namespace) -> str:
    """`Fixed 3 findings in 2 files.`, with one line for each where that is asked for."""
    lines = []
    here = Report([], Path.cwd())
    if options.show_fixes:
        for finding in outcome.applied:
            assert finding.fix is not None
            place = here.place(finding.path, finding.start, finding.cell)
            lines.append(printable(f"{place}: {finding.code} {finding.fix.message}."))
    count, files = len(outcome.applied), len([each for each in outcome.fixed if each.applied])
    if count:
        did = "Fixed" if options.add_allow is None else "Allowed"
        lines.append(f"{did} {count} finding{'s' if count > 1 else ''} in {files} file{'s' if files > 1 else ''}.")
    return "\n".join(lines)
