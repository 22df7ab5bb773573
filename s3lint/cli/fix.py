"""`s3lint check --fix`, `--diff` and `--add-allow`: change files, in several processes, and write them whole or not at all."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from s3lint.cli.output import counted, print_error
from s3lint.finding import Finding, failure
from s3lint.fixes.apply import Fixed, Unsettled, diffs, is_applicable
from s3lint.linter.engine import Engine
from s3lint.linter.fix import FixSession, fix_in
from s3lint.project.boundary import leads_out_now
from s3lint.project.files import MAX_READ_BYTES
from s3lint.reports import Report, printable
from s3lint.runner.run import MIN_FILES_PER_WORKER
from s3lint.settings import Settings
from s3lint.support.atomic_write import Changed, replace_file
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen
from s3lint.support.workers import spread
from s3lint.suppressions.insert import allow_in_file

MAX_ATTEMPTS = 3
"""How often to fix a file again because another program changed it meanwhile."""


Decide = Callable[[Iterable[Finding]], Mapping[Settings, Settings]]


@dataclass
class FixOutcome:
    """The files that were (or, with `--diff`, would be) changed, and one sentence for each that could not be."""

    fixed: list[Fixed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def applied(self) -> list[Finding]:
        """The findings that the changes removed."""
        return [finding for each in self.fixed for finding in each.applied]


@frozen()
class FixTask:
    """A file to fix."""

    path: Path
    settings: Settings
    unsafe: bool = False
    is_decided: bool = False
    """Whether the settings hold already what rules decide over a whole project."""


@frozen()
class AllowTask:
    """A file whose findings are to be suppressed, and the reason."""

    path: Path
    settings: Settings
    findings: tuple[Finding, ...]
    reason: str


def fix_all(
    findings: Iterable[Finding], settings_of: Callable[[Path], Settings], decide: Decide, *, unsafe: bool, write: bool, jobs: int
) -> FixOutcome:
    """Fix every file with a fixable finding. A file that cannot be fixed or written stays unchanged and does not stop the others.

    `decide` returns, for the settings of projects, those with what rules decide over the whole of them before these findings are fixed.
    """
    applicable = [finding for finding in findings if is_applicable(finding, unsafe=unsafe)]
    settings = {path: settings_of(path) for path in dict.fromkeys(finding.path for finding in applicable)}
    decided = decide(applicable)
    tasks = [FixTask(path, decided.get(own, own), unsafe, is_decided=own in decided) for path, own in settings.items()]
    return _run_tasks(tasks, write=write, jobs=jobs)


def allow_all(findings: Iterable[Finding], settings_of: Callable[[Path], Settings], reason: str, *, write: bool) -> FixOutcome:
    """Insert comments that suppress findings. A file that cannot be written stays unchanged and does not stop the others."""
    by_path: dict[Path, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    return _run_tasks(
        [AllowTask(path, settings_of(path), tuple(own), reason) for path, own in by_path.items()], write=write, jobs=1
    )


def _run_tasks(tasks: Sequence[FixTask | AllowTask], *, write: bool, jobs: int) -> FixOutcome:
    outcome = FixOutcome()
    for task, result in _results(tasks, jobs):
        final = _write(task, result) if write and isinstance(result, Fixed) else result
        if isinstance(final, Fixed):
            outcome.fixed.append(final)
        else:
            outcome.errors.append(final)
    return outcome


def _results(tasks: Sequence[FixTask | AllowTask], jobs: int) -> Iterator[tuple[FixTask | AllowTask, Fixed | str]]:
    """Each task with its file after the change, or with one sentence about what went wrong."""
    if jobs <= 1 or len(tasks) < MIN_FILES_PER_WORKER:
        sessions = FixSessions()
        yield from ((task, _fixed(task, sessions)) for task in tasks)
        return
    left = iter(tasks)
    for task, result in spread(_fixed_in_worker, [left] * jobs):
        yield task, result or f"{task.path}: the process that fixed it died, twice; the file stays as it was"


class FixSessions:
    """One session for each settings, so that files of one project read it once."""

    def __init__(self) -> None:
        self._known: dict[Settings, FixSession] = {}

    def of(self, settings: Settings, *, is_decided: bool = False) -> FixSession:
        if settings not in self._known:
            self._known[settings] = FixSession.on_disk(settings, is_decided=is_decided)
        return self._known[settings]


_SESSIONS = FixSessions()
"""The sessions of a worker process."""


def _fixed_in_worker(task: FixTask | AllowTask) -> Fixed | str:
    return _fixed(task, _SESSIONS)


def _fixed(task: FixTask | AllowTask, sessions: FixSessions) -> Fixed | str:
    """Fix a file in memory; returns one sentence if that fails."""
    try:
        data = read_bounded(task.path, MAX_READ_BYTES)
        if isinstance(task, AllowTask):
            return allow_in_file(task.path, data, task.findings, task.reason)
        return fix_in(sessions.of(task.settings, is_decided=task.is_decided), task.path, data, unsafe=task.unsafe)
    except Unsettled as error:
        return str(error)
    except OSError as error:
        return f"{task.path}: cannot be read: {error.strerror or error}"
    except Exception as error:
        return f"{failure('s3lint', error, task.path)}; the file stays as it was"


def _write(task: FixTask | AllowTask, result: Fixed) -> Fixed | str:
    """Write a fixed file; read and fix it again if it changed meanwhile. Returns one sentence if it cannot be written."""
    current: Fixed | str = result
    for _ in range(MAX_ATTEMPTS):
        if leads_out_now(task.path, task.settings.root):
            return f"{task.path}: a link that leads out of the project; it was not written"
        if isinstance(current, str) or current.after == current.before:
            return current
        try:
            names = task.path.stat().st_nlink
            replace_file(task.path, current.before, current.after)
        except Changed:
            current = _fixed(_refreshed(task), FixSessions())
        except OSError as error:
            return f"{task.path}: cannot be written: {error.strerror or error}"
        else:
            _warn_of_links(task.path, names)
            return current
    return f"{task.path}: the file keeps changing while it is fixed; it was not written"


def _warn_of_links(path: Path, names: int) -> None:
    """Tell that other names of a file, hard links, keep the old text: a file is replaced whole."""
    if names > 1:
        print_error(f"warning: {path}: it was replaced; its other hard links, {names - 1} in number, keep the old text")


def _refreshed(task: FixTask | AllowTask) -> FixTask | AllowTask:
    """The task with the findings of the file as it is now: after a change they may be on other lines."""
    if isinstance(task, FixTask):
        return task
    findings, _ = Engine(task.settings).check(task.path, read_bounded(task.path, MAX_READ_BYTES))
    return replace(task, findings=tuple(findings))


def write_diff(outcome: FixOutcome) -> None:
    """Print the changes as unified diffs: bytes that `git apply` reads, and on a terminal text whose escape sequences drive nothing."""
    sys.stdout.flush()
    for patch in diffs(outcome.fixed, Path.cwd()):
        if sys.stdout.isatty():
            sys.stdout.writelines(f"{printable(line)}\n" for line in patch.decode("utf-8", "backslashreplace").split("\n")[:-1])
        else:
            sys.stdout.buffer.write(patch)
    sys.stdout.flush()
    sys.stdout.buffer.flush()


def fix_summary(outcome: FixOutcome, options: argparse.Namespace) -> str:
    """`Fixed 3 findings in 2 files.`, with one line for each fix if `--show-fixes` asks for it."""
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
        lines.append(f"{did} {counted(count, 'finding')} in {counted(files, 'file')}.")
    lines += [printable(f"{sentence}.") for each in outcome.fixed for sentence in each.left_out]
    return "\n".join(lines)


def reasons(findings: Iterable[Finding]) -> list[str]:
    """Return one sentence for each finding that is left because no fix of it would be sound, for `--show-fixes`."""
    here = Report([], Path.cwd())
    return [
        printable(f"{here.place(finding.path, finding.start, finding.cell)}: {finding.code} is not fixed: {finding.unfixed}.")
        for finding in findings
        if finding.unfixed
    ]
