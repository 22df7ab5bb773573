"""A run over many files: with which settings, in which process, in which order."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.finding import Finding, Location
from s3lint.linter.engine import Engine, Result
from s3lint.linter.findings import in_files
from s3lint.project.files import ProjectFiles
from s3lint.project.targets import Target, with_company
from s3lint.settings import Settings
from s3lint.support.clock import CLOCK
from s3lint.support.collector import paused_collector
from s3lint.support.workers import available_cores, spread
from s3lint.suppressions.baseline import Entry, Scope, load, scopes, with_contents
from s3lint.suppressions.comments import Suppression

if TYPE_CHECKING:
    from s3lint.runner.cache.results import Cache

FEW = 8
"""Files that mention storage for each process; with fewer, starting another one costs more than it saves."""

BATCH = 12
"""Files that a worker takes at once: neighbours, which share what is known of their project."""

OBJECTS = 1_400_000
"""Objects alive (of some 120 bytes) over which a worker forgets what it knows of projects, which it then learns again."""

PROJECTS = 8
"""Projects over which it forgets those before: files come project by project, and the bytes of files are no objects that are counted."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A suppression in a file, and the findings that it hides."""

    path: Path
    cell: int | None
    location: Location
    suppression: Suppression
    hidden: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What a run found. `errors` are one-line messages: files that could not be opened, failures inside s3lint."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    files: int = 0
    reused: int = 0
    """How many of the files a cache answered for."""
    waivers: list[Waiver] = field(default_factory=list)
    known: int = 0
    """How many findings were left out because a baseline holds them."""
    stale: dict[Path, Counter[Entry]] = field(default_factory=dict)
    """For each baseline its entries that nothing matches any more, as far as the run can tell."""


Watch = Callable[[Iterator[Result], int], Iterator[Result]]
"""Sees the results of a run go by, of which it knows the number beforehand."""


def unwatched(results: Iterator[Result], _: int) -> Iterator[Result]:
    return results


def check_all(
    files: Sequence[Target],
    jobs: int | None = None,
    watch: Watch = unwatched,
    cache: Cache | None = None,
    company: Sequence[Target] = (),
) -> Outcome:
    """Checks every file. The findings are sorted and depend neither on the number of processes nor on what a cache holds.

    What the `company` finds in the files counts, what there is in itself does not. Raises `ConfigurationError` for a baseline that cannot be read.
    """
    every = [*files, *company]
    settings, made = _jobs(every)
    with paused_collector():
        known, found = _known_and_found(every, made, settings, jobs, watch, cache)
        with CLOCK.stage("suppressions and settings"):
            outcome = _settled([*known.values(), *found], made[: len(files)], settings)
        outcome.reused = len([target for target in files if target.path in known])
    for path, scope in scopes(files, lambda each: each.baseline).items():
        _leave_out_known(outcome, path, scope)
    return outcome


def look_at_all(files: Sequence[Target], jobs: int | None = None, cache: Cache | None = None) -> Iterator[Result]:
    """What there is in each file, with the findings that the others make in it, before settings and suppressions."""
    asked, company = with_company(files)
    every = [*asked, *company]
    settings, made = _jobs(every)
    wanted = {target.path for target in asked}
    with paused_collector():
        known, found = _known_and_found(every, made, settings, jobs, unwatched, cache)
        for result, own in in_files([*known.values(), *found]):
            if result.path in wanted:
                yield replace(result, findings=tuple(own))


def _known_and_found(
    files: Sequence[Target], made: Sequence[Job], settings: Sequence[Settings], jobs: int | None, watch: Watch, cache: Cache | None
) -> tuple[dict[Path, Result], list[Result]]:
    """What earlier runs know of files, and what there is in the others, which the next run knows."""
    with CLOCK.stage("cache"):
        known = cache.results(files) if cache is not None else {}
    left = [job for job in made if job.path not in known]
    found = list(watch(_results(left, settings, jobs or available_cores()), len(left)))
    with CLOCK.stage("cache"):
        if cache is not None:
            cache.keep(files, found)
    return known, found


@dataclass(frozen=True, slots=True)
class Job:
    """A file, and the index of its settings: settings travel to a worker once."""

    path: Path
    settings: int
    alone: bool


def _jobs(files: Sequence[Target]) -> tuple[list[Settings], list[Job]]:
    """The distinct settings of a run, and its files. Settings are compared with those of the same project alone."""
    settings: list[Settings] = []
    by_root: dict[Path, list[int]] = {}
    made = []
    for target in files:
        known = by_root.setdefault(target.settings.root, [])
        index = next((index for index in known if settings[index] == target.settings), len(settings))
        if index == len(settings):
            settings.append(target.settings)
            known.append(index)
        made.append(Job(target.path, index, target.needs_neighbours))
    return settings, made


def _settled(results: list[Result], jobs: list[Job], settings: list[Settings]) -> Outcome:
    """The findings that stand in the files asked for, after settings and suppressions."""
    home = {job.path: job.settings for job in jobs}
    outcome = Outcome(files=len(jobs))
    by_settings: dict[int, list[tuple[Result, list[Finding]]]] = {}
    for result, own in in_files(results):
        if result.path in home and (own or result.comments):
            by_settings.setdefault(home[result.path], []).append((result, own))
    for index, files in by_settings.items():
        engine = Engine(settings[index])
        left = {result.path: engine.review(result, own) for result, own in files}
        for finding in engine.compared(finding for _, own in files for finding in own):
            left[finding.path].append(finding)
        outcome.errors += engine.failures
        for result, _ in files:
            judged = engine.judged(left[result.path], result.comments)
            outcome.findings += result.shown(finding for finding, by in judged if by is None)
            outcome.waivers += _waivers(result, judged)
    outcome.findings.sort(key=lambda finding: finding.order)
    outcome.waivers.sort(key=lambda waiver: (str(waiver.path), waiver.cell or 0, waiver.location))
    outcome.errors = sorted({*outcome.errors, *(error for result in results if result.path in home for error in result.errors)})
    return outcome


def _leave_out_known(outcome: Outcome, path: Path, scope: Scope) -> None:
    """Takes the findings that a baseline holds out of an outcome."""
    baseline = load(path)
    matched = baseline.match(with_contents([finding for finding in outcome.findings if finding.path in scope.files]))
    left = {id(finding) for finding in matched.new}
    outcome.findings = [each for each in outcome.findings if each.path not in scope.files or id(each) in left]
    outcome.known += matched.known.total()
    outcome.stale |= {path: scope.stale(baseline, matched.unmatched)}


def _waivers(result: Result, judged: Iterable[tuple[Finding, Suppression | None]]) -> Iterator[Waiver]:
    """A bare `noqa` that hides no finding is about something else."""
    hidden: dict[int, list[Finding]] = {}
    for finding, by in judged:
        hidden.setdefault(id(by), []).append(finding)
    for comment in result.comments:
        if comment.selectors or id(comment) in hidden:
            cell, location = result.place(comment)
            yield Waiver(result.path, cell, location, comment, tuple(result.shown(hidden.get(id(comment), ()))))


class Worker:
    """One engine for each set of settings, so that files of one project share what is known of it.

    `files` are those of projects, by the index of their settings, where somebody has read them.
    """

    def __init__(self, settings: Sequence[Settings], files: Mapping[int, ProjectFiles] | None = None) -> None:
        self._settings = settings
        self._files = files or {}
        self._engines: dict[int, Engine] = {}
        self._counted = gc.get_count()[0]

    def engine(self, job: Job) -> Engine:
        if job.settings not in self._engines:
            self._engines[job.settings] = Engine(self._settings[job.settings], self._files.get(job.settings))
        return self._engines[job.settings]

    def look(self, job: Job) -> Result:
        """The findings of a file; where the run does not cover its project, also those that its neighbours make in it."""
        if gc.get_count()[0] - self._counted > OBJECTS or len(self._engines) > PROJECTS:
            self._forget(job)
        engine = self.engine(job)
        try:
            with CLOCK.stage("reading"):
                data = job.path.read_bytes()
        except OSError as error:
            return Result(job.path, errors=(f"{job.path}: cannot be read: {error.strerror or error}",))
        return engine.look_alone(job.path, data) if job.alone else engine.look(job.path, data)

    def _forget(self, job: Job) -> None:
        """Keeps memory bounded, however many files there are; the collector, which counts the objects, does not run by itself."""
        files = self._engines[job.settings].files if job.settings in self._engines else None
        self._engines.clear()
        gc.collect()
        self._counted = 0
        self._engines[job.settings] = Engine(self._settings[job.settings], files)

    def silent(self, job: Job) -> Result | None:
        """What there is in a file, where one look at its bytes tells that it is nothing."""
        try:
            with CLOCK.stage("reading and mentions"):
                return self.engine(job).silent(job.path, job.path.read_bytes()) if not job.alone else None
        except OSError:
            return None


def _results(jobs: Sequence[Job], settings: Sequence[Settings], cores: int) -> Iterator[Result]:
    """What there is in each file. Only those that mention storage are worth a process of their own."""
    if cores == 1 or len(jobs) <= FEW:
        yield from map(Worker(settings).look, jobs)
        return
    worker, left = Worker(settings), list[Job]()
    for job in jobs:
        nothing = worker.silent(job)
        if nothing is not None:
            yield nothing
        else:
            left.append(job)
    count = min(cores, len(left) // FEW)
    if count <= 1:
        yield from map(worker.look, left)
        return
    if len({job.settings for job in left}) == 1:
        _share(left[0].settings, worker.engine(left[0]).files)
    try:
        yield from _in_workers(left, settings, count)
    finally:
        _SHARED.clear()


_SHARED: dict[int, ProjectFiles] = {}
"""The files of a project by the index of its settings: workers that are copies of this process need not read them again."""


def _share(settings: int, files: ProjectFiles) -> None:
    """What all workers would find out of a project, each for itself."""
    with CLOCK.stage("index of words"):
        files.words.make()
    _SHARED[settings] = files


def _in_workers(jobs: Sequence[Job], settings: Sequence[Settings], count: int) -> Iterator[Result]:
    batches = [jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH)]
    start = (_start_worker, (settings, CLOCK.on))
    for batch, done in spread(_look_at, batches, count, start, lambda batch: [[job] for job in batch]):
        found, spent = done if done is not None else ([_died(job) for job in batch], {})
        CLOCK.add(spent)
        yield from found


def _died(job: Job) -> Result:
    return Result(job.path, errors=(f"{job.path}: the process that checked it died, twice; the file was not checked",))


_WORKER: list[Worker] = []


def _start_worker(settings: Sequence[Settings], timed: bool) -> None:
    gc.disable()
    gc.freeze()
    if parent_process() is not None:
        CLOCK.start(on=timed)
    _WORKER[:] = [Worker(settings, _SHARED)]


def _look_at(batch: Sequence[Job]) -> tuple[list[Result], dict[str, int]]:
    """The results, and what each stage took."""
    return [_WORKER[0].look(job) for job in batch], CLOCK.take()
