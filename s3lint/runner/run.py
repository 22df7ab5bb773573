"""A run over many files: groups them by settings, analyzes them here or in worker processes, and reports what the policy leaves.

Everything that a worker gets or returns is plain data. Imports the parts below `runner`; front ends choose the files. What analyses files is
imported where it starts: a run whose results are all in the cache does not pay for it.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.config.selection import Selection
from s3lint.finding import Finding
from s3lint.linter.findings import by_file
from s3lint.linter.policy import AppliedSuppression, not_in_baseline, report
from s3lint.linter.result import Result
from s3lint.project.ignored import ANSWERS, Listed
from s3lint.project.targets import Target, with_context_files
from s3lint.registry import rules
from s3lint.runner.shares import shares_of
from s3lint.runner.worker import Task, Worker
from s3lint.settings import Settings
from s3lint.support.clock import CLOCK
from s3lint.support.interpreter import paused_collector, without_parser_warnings
from s3lint.suppressions.baseline import Entry, Scope, load, scopes

if TYPE_CHECKING:
    from s3lint.project.loader import Extents
    from s3lint.runner.cache.results import Cache

MIN_FILES_PER_WORKER = 8
"""Files that mention storage for each process; with fewer, starting another one costs more than it saves."""

WEAK_FILES_PER_FILE = 4
"""Files with weak mentions alone that count as one: of most of them little is analysed."""


@dataclass(slots=True)
class RunResult:
    """What a run reports. `errors` are one-line messages: files that could not be opened, failures inside s3lint."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    files: int = 0
    reused: int = 0
    """How many of the files had a fresh result in the cache."""
    suppressions: list[AppliedSuppression] = field(default_factory=list)
    baselined: list[Finding] = field(default_factory=list)
    """Findings that were left out because a baseline lists them."""
    results: list[Result] = field(default_factory=list)
    """What the policy was applied to: the results of files with findings, suppressions or errors."""
    stale: dict[Path, Counter[Entry]] = field(default_factory=dict)
    """For each baseline its entries that nothing matches any more, as far as the run can tell."""

    @property
    def unsuppressed(self) -> list[Finding]:
        """Return what breaks the standard: the findings that are reported and those that a baseline lists, sorted."""
        return sorted([*self.findings, *self.baselined], key=lambda finding: finding.order)


Progress = Callable[[Iterator[Result], int], Iterator[Result]]
"""Progress callback: wraps the iterator of results, and gets their total."""


def no_progress(results: Iterator[Result], _: int) -> Iterator[Result]:
    return results


def check_all(
    files: Sequence[Target],
    jobs: int | None = None,
    progress: Progress = no_progress,
    cache: Cache | None = None,
    context: Sequence[Target] = (),
) -> RunResult:
    """Check every file. The findings are sorted and depend neither on the number of processes nor on what a cache holds.

    Files given as `context` contribute findings to `files` but are not reported themselves. Raises `ConfigurationError` for a baseline
    or a recording that cannot be read.
    """
    every = [*files, *context]
    settings, tasks = _tasks(every)
    with paused_collector(), without_parser_warnings():
        cached, found = _analyze(every, tasks, settings, jobs, progress, cache)
        run = _run_of([*cached.values(), *found], files, tasks, settings)
    run.reused = len([target for target in files if target.path in cached])
    return run


def check_fixes_again(
    run: RunResult, files: Sequence[Target], jobs: int | None = None, cache: Cache | None = None, context: Sequence[Target] = ()
) -> RunResult:
    """Return a run over the same files, whose settings hold now what rules decide over the whole project before fixes are made.

    Only files with findings of such rules are analyzed again: in all others the settings change nothing.
    """
    every = [*files, *context]
    settings, tasks = _tasks(every)
    again = {result.path for result in run.results if is_undecided(result)}
    left = [(target, task) for target, task in zip(every, tasks, strict=True) if target.path in again]
    with paused_collector(), without_parser_warnings():
        cached, found = _analyze([target for target, _ in left], [task for _, task in left], settings, jobs, no_progress, cache)
        known = {result.path: result for result in (*run.results, *cached.values(), *found)}
        made = _run_of([known.get(target.path) or Result(target.path) for target in every], files, tasks, settings)
    made.reused = run.reused
    return made


def is_undecided(result: Result) -> bool:
    """Return whether a result has findings of rules that decide over the whole project what their fixes write."""
    return any(rules()[finding.code].decides for finding in result.findings)


def analyze_files(files: Sequence[Target], jobs: int | None = None, cache: Cache | None = None) -> Iterator[Result]:
    """Yield raw results per file, before settings and suppressions apply, each with all findings in its own file.

    Raises `ConfigurationError` for a recording that cannot be read.
    """
    asked, context = with_context_files(files)
    every = [*asked, *context]
    settings, tasks = _tasks(every)
    wanted = {target.path for target in asked}
    with paused_collector(), without_parser_warnings():
        cached, found = _analyze(every, tasks, settings, jobs, no_progress, cache)
        yield from (result for result in _by_file([*cached.values(), *found], tasks, settings) if result.path in wanted)


def _analyze(
    files: Sequence[Target],
    tasks: Sequence[Task],
    settings: Sequence[Settings],
    jobs: int | None,
    progress: Progress,
    cache: Cache | None,
) -> tuple[dict[Path, Result], list[Result]]:
    """Return the cached results that are fresh, by path, and new ones of all other files, which are stored for the next run."""
    with CLOCK.stage("cache"):
        cached = cache.results(files) if cache is not None else {}
    left = [task for task in tasks if task.path not in cached]
    extents: Extents | None = {} if cache is not None else None
    found = list(progress(_results(left, settings, jobs, extents, cache), len(left))) if left else []
    with CLOCK.stage("cache"):
        if cache is not None:
            cache.keep(files, found, extents)
    return cached, found


def _tasks(files: Sequence[Target]) -> tuple[list[Settings], list[Task]]:
    """Return the distinct settings of a run, and a task for each file."""
    numbers: dict[Settings, int] = {}
    tasks = [Task(each.path, numbers.setdefault(each.settings, len(numbers)), each.needs_dependents) for each in files]
    return list(numbers), tasks


def _by_file(results: list[Result], tasks: Sequence[Task], settings: Sequence[Settings]) -> Iterable[Result]:
    """Return the results by file, with the findings of recorded calls where the settings name any. Raises `ConfigurationError`."""
    if not any(each.observed for each in settings):
        return by_file(results)
    from s3lint.linter.engine import Engine
    from s3lint.linter.observed import observed_in

    engines = [Engine(each) for each in settings]
    engine_of = {task.path: engines[task.settings] for task in tasks}
    return observed_in(results, engine_of.get)


def _reported(results: Iterable[Result], tasks: Sequence[Task], settings: Sequence[Settings]) -> RunResult:
    """Apply the policy to the files of the tasks, those of each settings together."""
    settings_of = {task.path: task.settings for task in tasks}
    groups: dict[int, list[Result]] = {}
    for result in results:
        # Most files have neither findings nor suppressions: nothing is left to decide about them.
        if result.path in settings_of and (result.findings or result.suppressions or result.errors):
            groups.setdefault(settings_of[result.path], []).append(result)
    run = RunResult(files=len(tasks))
    for index, group in groups.items():
        reported = report(group, Selection(settings[index]))
        run.findings += reported.findings
        run.suppressions += reported.suppressions
        run.errors += reported.errors
    run.findings.sort(key=lambda finding: finding.order)
    run.suppressions.sort(key=lambda each: (str(each.path), each.cell or 0, each.location))
    run.errors = sorted(set(run.errors))
    return run


def _run_of(results: list[Result], files: Sequence[Target], tasks: Sequence[Task], settings: Sequence[Settings]) -> RunResult:
    """Apply the policy and the baselines to the results of some tasks, of which those of the files that are reported come first."""
    with CLOCK.stage("suppressions and settings"):
        run = _reported(_by_file(results, tasks, settings), tasks[: len(files)], settings)
        run.results = [result for result in results if result.findings or result.suppressions or result.errors]
    for path, scope in scopes(files, lambda each: each.baseline).items():
        _leave_out_baseline(run, path, scope)
    return run


def _leave_out_baseline(run: RunResult, path: Path, scope: Scope) -> None:
    """Take the findings that a baseline lists out of a run, and note its stale entries."""
    matched = not_in_baseline([finding for finding in run.findings if finding.path in scope.files], path)
    new = {id(finding) for finding in matched.new}
    run.baselined += [each for each in run.findings if each.path in scope.files and id(each) not in new]
    run.findings = [each for each in run.findings if each.path not in scope.files or id(each) in new]
    run.stale |= {path: scope.stale(load(path), matched.unmatched)}


def _results(
    tasks: Sequence[Task], settings: Sequence[Settings], jobs: int | None, extents: Extents | None, cache: Cache | None
) -> Iterator[Result]:
    """Yield a result for each file, and add to `extents`, if it is given, what they read.

    The prefilter runs here: only files that mention storage are worth sending to a process.
    """
    from s3lint.support.cores import available_cores

    cores = jobs or available_cores()
    worker, left = Worker(settings, extents, cache), list[Task]()
    if cores == 1 or len(tasks) <= MIN_FILES_PER_WORKER:
        yield from map(worker.analyze, tasks)
        return
    for task in tasks:
        empty = worker.skip_if_irrelevant(task)
        if empty is not None:
            yield empty
        else:
            left.append(task)
    weak = sum(task.path in worker.engine(task).weak for task in left)
    count = min(cores, (len(left) - weak + weak // WEAK_FILES_PER_FILE) // MIN_FILES_PER_WORKER)
    if count <= 1:
        yield from map(worker.analyze, left)
        return
    if len({task.settings for task in left}) == 1:
        with CLOCK.stage("index of words"):
            worker.index(left)
    if cache is not None:
        for each in settings:
            cache.project(each).note_state()
    _SHARED[:] = [worker]
    try:
        yield from _in_workers(left, settings, count, extents)
    finally:
        _SHARED.clear()


_SHARED: list[Worker] = []
"""The worker of the process that starts others. Those that are forked from it find it here, with all that it has read."""


def _in_workers(tasks: Sequence[Task], settings: Sequence[Settings], count: int, extents: Extents | None) -> Iterator[Result]:
    """Yield the results of batches as worker processes finish them. A batch whose worker died is tried again file by file."""
    from s3lint.support.workers import spread

    for code in frozenset().union(*(Selection(each).codes for each in settings)):
        rules()[code].imported()  # Here, so that not each worker imports it.
    batches = shares_of(tasks, count).batches
    start = (_start_worker, (settings, CLOCK.on, ANSWERS, extents is not None))
    for batch, done in spread(_analyze_batch, batches, start, lambda batch: [[task] for task in batch]):
        found, spent, read = done if done is not None else ([_died(task) for task in batch], {}, {})
        CLOCK.add(spent)
        _add_extents(extents if extents is not None else {}, read)
        yield from found


def _add_extents(extents: Extents, read: Extents) -> None:
    """Join what several workers read of the same files."""
    for version, extent in read.items():
        if version in extents:
            extents[version].add(extent)
        else:
            extents[version] = extent


def _died(task: Task) -> Result:
    return Result(task.path, errors=(f"{task.path}: the process that checked it died, twice; the file was not checked",))


_WORKER: list[Worker] = []
"""The worker of this process, once it has started: a list, so that no function needs `global`."""


def _start_worker(settings: Sequence[Settings], timed: bool, answers: dict[Path, Listed | str], noting: bool) -> None:
    from multiprocessing import parent_process

    ANSWERS.update(answers)
    # What was imported lives as long as the process: frozen, it is not copied page by page when a collection touches it.
    gc.disable()
    gc.freeze()
    if parent_process() is not None:
        CLOCK.start(on=timed)
    _WORKER[:] = _SHARED or [Worker(settings, {} if noting else None)]
    _WORKER[0].start(forked=bool(_SHARED))


def _analyze_batch(batch: Sequence[Task]) -> tuple[list[Result], dict[str, int], Extents]:
    """Return the results, the nanoseconds that each stage took, and what was read of modules since the batch before."""
    return [_WORKER[0].analyze(task) for task in batch], CLOCK.take(), _WORKER[0].news()
