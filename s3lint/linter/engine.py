"""From a source to its findings: mentions, outline, facts, rules, suppressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.config.selection import Selection
from s3lint.finding import Confidence, Finding, Location
from s3lint.linter.findings import finding_of, merged
from s3lint.linter.prefilter import Mentions, filter_for
from s3lint.project.dependencies import NeighbourRead, Read, Reads, SearchRead, digest_of_paths
from s3lint.project.discovery import is_notebook
from s3lint.project.files import LARGEST, ProjectFiles
from s3lint.project.import_graph import Neighbours
from s3lint.project.loader import Loader
from s3lint.project.searches import STORES, Search
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.source.notebooks import DATABRICKS, Cells, Masks, masked_rows, plain, read
from s3lint.source.text import Source, Unreadable, is_wide
from s3lint.support.clock import CLOCK
from s3lint.support.collector import paused_collector
from s3lint.support.silence import without_parser_warnings
from s3lint.suppressions.comments import Suppression, covered, suppressions
from s3lint.suppressions.unused import reviewed

if TYPE_CHECKING:
    from s3lint.inference.project import Project
    from s3lint.registry.rule import Match
    from s3lint.syntax.module import Module

UNREADABLE = "STO900"

NOTHING_MASKED = Masks()


@dataclass(frozen=True, slots=True)
class Result:
    """What the look at one file gave, before suppressions.

    Findings may stand in other files: a literal is reported where it is written. `errors` are failures inside s3lint, one line each.
    """

    path: Path
    findings: tuple[Finding, ...] = ()
    comments: tuple[Suppression, ...] = ()
    errors: tuple[str, ...] = ()
    cells: Cells | None = None
    """Where the cells of a notebook lie; its findings count rows of the whole text until they are shown."""
    masks: Masks = NOTHING_MASKED
    reads: tuple[Read, ...] = field(default=(), compare=False, repr=False)
    """What the look read of the project besides the file."""
    searched: tuple[tuple[Search, tuple[Path, ...]], ...] = field(default=(), compare=False, repr=False)
    """What the look was the first to search for in the project, and where it was found."""

    def shown(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings in the file as people count its rows, without fixes of what nobody wrote; sorted."""
        written = [
            finding if finding.fix is None or self.masks.allow(finding.fix) else replace(finding, fix=None) for finding in findings
        ]
        placed = [finding if self.cells is None else self.cells.shown(finding) for finding in written]
        return sorted(placed, key=lambda finding: finding.order)

    def place(self, comment: Suppression) -> tuple[int | None, Location]:
        """Where a suppression stands as people count rows: the cell in a notebook, row and column."""
        location = Location(comment.row, comment.column + 1)
        return (None, location) if self.cells is None else self.cells.place(location)


class Engine:
    """Checks files of one project under one set of settings."""

    def __init__(self, settings: Settings, files: ProjectFiles | None = None, loader: Loader | None = None) -> None:
        self.settings = settings
        self.loader = loader or Loader()
        self.selection = Selection(settings)
        self.filter = filter_for(self.selection.codes)
        self.files = files or ProjectFiles(settings)
        self.failures: list[str] = []
        """What failed when findings were compared, one line each."""
        self.reads = Reads()
        self._looked: dict[Path, tuple[Result, int]] = {}
        self._told = 0

    @cached_property
    def project(self) -> Project:
        from s3lint.inference.project import Project

        return Project(self.files, self.loader, self.reads)

    @cached_property
    def neighbours(self) -> Neighbours:
        return Neighbours(self.files, self.filter, lambda: self.project, self.loader)

    def check(
        self, path: Path, data: bytes, tree: ast.Module | None = None, *, noqa: bool = True
    ) -> tuple[list[Finding], tuple[str, ...]]:
        """The findings in one file, as a run over the whole project finds them there, and what failed inside s3lint.

        Without `noqa` such comments are left to somebody else. Raises `ConfigurationError` for a baseline that cannot be read.
        """
        result = self.look_alone(path, data, tree)
        found = self.reported(result, {path: data}, noqa=noqa)
        return found, (*result.errors, *self.failures)

    def reported(self, result: Result, overlay: Mapping[Path, bytes], *, noqa: bool = True) -> list[Finding]:
        """The findings of one file that settings, suppressions and baseline leave. Raises `ConfigurationError` for a baseline."""
        judged = self.judged([*self.compared(result.findings), *self.review(result, result.findings)], result.comments)
        left = self.unknown(result.shown(finding for finding, by in judged if by is None), overlay)
        if not noqa:
            left += result.shown(finding for finding, by in judged if by is not None and by.is_noqa)
        return sorted(left, key=lambda finding: finding.order)

    def unknown(self, findings: list[Finding], overlay: Mapping[Path, bytes]) -> list[Finding]:
        """The findings that are not in the baseline, if there is one. Raises `ConfigurationError` where it cannot be read."""
        if self.settings.baseline is None or not findings:
            return findings
        from s3lint.suppressions.baseline import load, with_contents

        return load(self.settings.baseline).match(with_contents(findings, overlay)).new

    def touches(self, path: Path, data: bytes) -> bool:
        """Whether a file may hold findings: it mentions storage, or other files of its project do and may name its values."""
        return bool(self.filter.mentions(data)) or self.neighbours.may_concern(path, data)

    def silent(self, path: Path, data: bytes) -> Result | None:
        """What a look at a file gives, where it needs no parser to tell that there is nothing. Of a notebook its bytes do not tell."""
        if is_notebook(path.name) or is_wide(data):
            return None
        self.reads.noted = 0
        text = plain(data)
        return self._with_reads(Result(path)) if not self._matters(self.filter.mentions(text), text) else None

    def _matters(self, found: Mentions, data: bytes) -> bool:
        """Whether a file mentions storage, and not only what matters where its project names a store, which it does not."""
        return bool(found) and not (found.stored and not self._names_store(data))

    def _names_store(self, data: bytes) -> bool:
        """Whether a file, or another one of its project, names a store. The first that does is enough."""
        if STORES.finds(data):
            return True
        files, found, names_store = self.files, self.reads.found, self.loader.names_store
        if STORES not in found:
            found[STORES] = tuple(islice((path for path in files.searched if names_store(path, files.content(path))), 1))
        self.reads.note(SearchRead(STORES, digest_of_paths(found[STORES])))
        return bool(found[STORES])

    def look_alone(self, path: Path, data: bytes, tree: ast.Module | None = None) -> Result:
        """Every finding in a file, those that the calls in its neighbours give rise to included."""
        return self._safely(path, lambda: self._look_alone(path, data, tree))

    def look(self, path: Path, data: bytes) -> Result:
        """Every finding that the calls in a file give rise to, in this file or in others."""
        return self._safely(path, lambda: self._look_at(path, data))

    @without_parser_warnings()
    def _safely(self, path: Path, look: Callable[[], Result]) -> Result:
        """A failure costs the findings of one file, never those of the others."""
        self.reads.noted = 0
        try:
            return self._with_reads(look())
        except Exception as error:
            return Result(path, errors=(failure(path, "s3lint", error),))

    def _look_alone(self, path: Path, data: bytes, tree: ast.Module | None) -> Result:
        if is_notebook(path.name):
            return self._look_at_notebook(path, data)
        masks = masked_rows(data)
        data, tree = plain(data), tree if not data.startswith(DATABRICKS) else None
        own = self._look(path, data, tree)
        results = [own, *(self._look_again(neighbour) for neighbour in self.neighbours_of(path, data, tree))]
        findings = merged(finding for result in results for finding in result.findings if finding.path == path)
        return replace(own, findings=tuple(findings), masks=masks)

    def _look_at(self, path: Path, data: bytes) -> Result:
        if is_notebook(path.name):
            return self._look_at_notebook(path, data)
        return replace(self._look(path, plain(data)), masks=masked_rows(data))

    def _with_reads(self, result: Result) -> Result:
        reads = self.reads.listed()
        if not reads:
            return result
        searched = tuple(islice(self.reads.found.items(), self._told, None))
        self._told += len(searched)
        return replace(result, reads=reads, searched=searched)

    def _look_at_notebook(self, path: Path, data: bytes) -> Result:
        """No other file takes values from a notebook, so its neighbours say nothing about it."""
        try:
            opened = read(data)
        except Unreadable as error:
            return Result(path, (self._unreadable(path, error),) if self.filter.mentions(data) else ())
        if opened is None:
            return Result(path)
        text, cells = opened
        result = self._look(path, text)
        broken = [self._unreadable(path, error) for error in cells.broken] if self.filter.mentions(data) else []
        return replace(result, findings=(*broken, *result.findings), cells=cells, masks=cells.masks)

    def _look(self, path: Path, data: bytes, tree: ast.Module | None = None) -> Result:
        found = self.filter.mentions(data)
        if not self._matters(found, data) and not is_wide(data):
            return Result(path)
        if len(data) > LARGEST:
            size = f"the file has {len(data):,} bytes, more than {LARGEST:,}, and was not parsed"
            said = f"{size}; storage is mentioned in {len(found.rows)} of its lines"
            return Result(path, (self._unreadable(path, Unreadable(said, found.rows[0] if found.rows else 1)),))
        with paused_collector():
            try:
                module = self.module(path, data, tree)
            except Unreadable as error:
                return Result(path, (self._unreadable(path, error),), comments_of(data))
            return self._inspected(module, found)

    def compared(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that the settings ask for, in a project or one file of it, after rules that compare theirs have done so."""
        by_code: dict[str, list[Finding]] = {}
        for finding in filter(self.selection.reports, findings):
            by_code.setdefault(finding.code, []).append(finding)
        left = [finding for code, found in by_code.items() for finding in self._compared(code, found)]
        return sorted(left, key=lambda finding: finding.order)

    def _compared(self, code: str, found: list[Finding]) -> list[Finding]:
        try:
            return rules()[code].compared(found, self.settings)
        except Exception as error:
            self.failures.append(failure(found[0].path, rules()[code].name, error))
            return found

    def settle(self, findings: Iterable[Finding], comments: tuple[Suppression, ...]) -> list[Finding]:
        """The compared findings of one file that no suppression covers."""
        return [finding for finding, by in self.judged(findings, comments) if by is None]

    def judged(self, findings: Iterable[Finding], comments: tuple[Suppression, ...]) -> list[tuple[Finding, Suppression | None]]:
        """The compared findings of one file, each with the suppression that covers it, if one does."""
        wanted = [self.selection.with_fix_as_set(finding) for finding in findings]
        places = {(finding.code, finding.path, finding.start) for finding in wanted}
        wanted = [finding for finding in wanted if not _is_said(finding, places)]
        return list(covered(wanted, comments, today=date.today(), require_reason=self.settings.require_reason))

    def review(self, result: Result, seen: Iterable[Finding]) -> list[Finding]:
        """What is wrong with the suppressions of a file, in which all these findings stand. Silent where a part was not looked at."""
        findings = list(seen)
        if result.errors or any(finding.code == UNREADABLE for finding in findings):
            return []
        return reviewed(result.path, result.comments, findings, self.selection, date.today())

    def comments(self, path: Path) -> tuple[Suppression, ...]:
        """The suppressions of a file of the project."""
        data = self.files.read(path)
        return comments_of(data) if data is not None else ()

    def neighbours_of(self, path: Path, data: bytes, tree: ast.Module | None = None) -> list[Path]:
        """The files whose calls may make findings in this one."""
        concern = self.neighbours.concern(path, data)
        self.reads.note(NeighbourRead(path, concern))
        if not concern:
            return []
        try:
            return self.neighbours.of(self.module(path, data, tree))
        except Unreadable:
            return []

    def connected(self, path: Path, data: bytes) -> list[Path]:
        """The files with which a file may exchange values that matter. Raises `Unreadable`."""
        matters = path in self.neighbours.storage or self.neighbours.may_concern(path, data)
        return self.neighbours.around(self.module(path, data)) if matters else []

    def _look_again(self, path: Path) -> Result:
        """A neighbour is looked at once, however many files it is a neighbour of."""
        if path not in self._looked:
            with self.reads.apart():
                module = self.project.module(path)
                found = self._look(path, module.source.data) if module is not None else Result(path)
                self._looked[path] = found, self.reads.noted
        result, read = self._looked[path]
        self.reads.noted |= read
        return result

    def module(self, path: Path, data: bytes, tree: ast.Module | None = None) -> Module:
        """The module of a file as it stands in the project. Raises `Unreadable`."""
        known = self.project.known(path)
        if known is not None and known.source.data == data:
            return known
        module = self.loader.load(Source.decode(path, data), tree)
        self.project.add(module)
        return module

    def _inspected(self, module: Module, found: Mentions) -> Result:
        from s3lint.linter.checker import Inspection

        inspection = Inspection(self.project, self.settings, self.selection)
        with CLOCK.stage("walk"):
            matches, errors = inspection.matches(module, found)
        refused = [self._unreadable(module.path, error) for error in inspection.refused]
        with CLOCK.stage("findings and fixes"):
            findings = merged([*refused, *(finding for match in matches for finding in _findings_of(match, errors))])
        return Result(module.path, tuple(findings), tuple(suppressions(module.source.text)), tuple(errors))

    def _unreadable(self, path: Path, error: Unreadable) -> Finding:
        rule = rules()[UNREADABLE]
        start = Location(error.row, error.column)
        message = rule.summary.format(reason=error.message)
        return Finding(
            rule.code, rule.name, message, path, start, start, Confidence.HIGH, rule.profile, rule.clause, noqa_row=error.row
        )


def _is_said(finding: Finding, places: set[tuple[str, Path, Location]]) -> bool:
    """Whether a rule that the finding's own yields to reports the same place, or one on the way to it."""
    own = [(finding.path, finding.start), *((place.path, place.location) for place in finding.related)]
    return any((code, path, start) in places for code in rules()[finding.code].yields_to for path, start in own)


def failure(path: Path, name: str, error: Exception) -> str:
    """One line about something inside s3lint that failed at a file: a rule, an extractor, or the engine."""
    said = " ".join(str(error).split())
    return f"{path}: {name} failed: {type(error).__name__}{f': {said}' if said else ''}"


def comments_of(data: bytes) -> tuple[Suppression, ...]:
    """The suppressions in a file that cannot be parsed, as far as it can be decoded."""
    return tuple(suppressions(data.decode("utf-8", "replace")))


def _findings_of(match: Match, errors: list[str]) -> Iterator[Finding]:
    """The finding of a match, whose fix is made now: a failure costs this finding alone."""
    try:
        yield finding_of(match)
    except Exception as error:
        errors.append(failure(match.site.module.path, match.rule.name, error))
