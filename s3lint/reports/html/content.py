"""The data of the page. Its scripts, page.js and findings.js, read these keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from s3lint import __version__
from s3lint.finding import Finding, Location, Related
from s3lint.linter.policy import AppliedSuppression
from s3lint.project.owners import owners_of
from s3lint.registry import rules
from s3lint.registry.chapters import CHAPTERS
from s3lint.registry.rule import Rule
from s3lint.registry.standard import Clause, clauses, rules_of
from s3lint.reports import Report, printable
from s3lint.reports.excerpts import line_of, lines_of
from s3lint.reports.history import Snapshot
from s3lint.reports.html.folders import folders
from s3lint.reports.html.organisation import Organisation, teams
from s3lint.reports.html.source_links import SourceLinks
from s3lint.reports.json import State
from s3lint.runner.run import RunResult

CONTEXT_LINES = 2
"""Lines of source shown before and after the line of a finding."""

MAX_LINE_CHARACTERS = 200
"""A longer line is cut around the finding."""

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overview:
    """A run to show. `checked` are the codes of enabled rules; `history` the earlier runs and this one, oldest first.

    `fingerprints` are those of `outcome.unsuppressed`; `before` is the last earlier run whose findings are known by theirs.
    `links` lead to the source on the server of its repository.
    """

    title: str
    root: Path
    today: date
    paths: list[Path]
    outcome: RunResult
    checked: frozenset[str]
    history: list[Snapshot]
    organisation: Organisation | None = None
    fingerprints: Sequence[str] = ()
    before: Snapshot | None = None
    links: SourceLinks | None = None

    @property
    def counts(self) -> Counter[str]:
        """The number of findings of each rule, with those of the baseline and those that are not listed, without suppressed ones."""
        if self.organisation is None:
            return Counter(finding.code for finding in self.outcome.unsuppressed)
        found = Counter[str]()
        for (_, code), count in self.organisation.by_repository.items():
            found[code] += count
        return found


def content(overview: Overview) -> Object:
    """Convert a run to the data of the page."""
    made = _Content(overview)
    outcome = overview.outcome
    found = [made.finding(finding, "open") for finding in outcome.findings]
    found += [made.finding(finding, "baselined") for finding in outcome.baselined]
    for index, waiver in enumerate(outcome.suppressions):
        found += [made.finding(finding, "suppressed", index) for finding in waiver.suppressed]
    severities = {each["code"]: each["severity"] for each in found}
    shown = sorted({rule.chapter for rule in rules().values() if rule.code in overview.checked})
    return {
        "version": __version__,
        "date": overview.today.isoformat(),
        **_extent(overview),
        "open": overview.counts.total() - len(outcome.baselined),
        "baselined": len(outcome.baselined),
        "standard": _standard(overview.counts, overview.checked),
        "chapters": shown,
        "titles": CHAPTERS,
        "since": _since(overview),
        "folders": _folders(overview, made, shown),
        "rules": {rule.code: _rule(rule, severities.get(rule.code, str(rule.severity))) for rule in rules().values()},
        "trend": [{"date": each.date, "counts": each.counts, "total": sum(each.counts.values())} for each in overview.history],
        "waivers": [made.waiver(waiver) for waiver in outcome.suppressions],
        "findings": found,
        "paths": list(made.paths),
        "links": made.links,
    }


def _since(overview: Overview) -> Object | None:
    """The date of the run before, and the number of findings that are new and fixed since then."""
    before = overview.before
    if before is None or before.fingerprints is None:
        return None
    now = frozenset(overview.fingerprints)
    return {"date": before.date, "new": len(now - before.fingerprints), "fixed": len(before.fingerprints - now)}


def _extent(overview: Overview) -> Object:
    """The number of files, how many have no findings, and the teams of an organisation."""
    whole = overview.organisation
    if whole is None:
        clean = set(overview.paths) - {finding.path for finding in overview.outcome.unsuppressed}
        return {"files": len(overview.paths), "clean": len(clean), "teams": None}
    return {"files": sum(whole.repositories.values()), "clean": whole.clean, "teams": teams(whole.counts)}


def _folders(overview: Overview, made: _Content, shown: list[str]) -> list[Object]:
    """The tree of folders; for an organisation the tree of repositories."""
    whole = overview.organisation
    if whole is None:
        places = [(made.shown(each.path), each.code) for each in overview.outcome.unsuppressed]
        return folders(map(made.shown, overview.paths), places, shown)
    found = [(printable(repository), code) for repository, code in whole.by_repository.elements()]
    return folders(map(printable, whole.repositories), found, shown)


def _standard(counts: Counter[str], checked: frozenset[str]) -> list[Object]:
    chapters: dict[str, list[Object]] = {}
    for clause in clauses().values():
        chapters.setdefault(clause.section, []).append(_sentence(clause, counts, checked))
    return [{"title": title, "sentences": sentences} for title, sentences in chapters.items()]


def _sentence(clause: Clause, counts: Counter[str], checked: frozenset[str]) -> Object:
    enforcing = [rule.code for rule in rules_of(clause, rules().values())]
    count = sum(counts[code] for code in enforcing)
    if not enforcing:
        state = "unchecked"
    elif count:
        state = "broken"
    else:
        state = "kept" if checked.intersection(enforcing) else "off"
    text = clause.text.replace("**", "").replace("`", "")
    broken = [code for code in enforcing if counts[code]]
    return {"text": text, "state": state, "count": count, "rules": broken, "reason": clause.unchecked or ""}


def _rule(rule: Rule, severity: str) -> Object:
    """Convert a rule; its severity is that of its findings, which settings may change."""
    clause = clauses().get(rule.clause or "")
    summary = rule.page.partition("\n")[0].partition(": ")[2]
    return {
        "name": rule.name,
        "chapter": rule.chapter,
        "profile": rule.profile,
        "severity": severity,
        "summary": summary[:1].upper() + summary[1:],
        "url": rule.url,
        "clause": clause.text if clause is not None else "",
    }


class _Content:
    """Converts findings and suppressions. Each path is stored once; places refer to it by its index."""

    def __init__(self, overview: Overview) -> None:
        self._report = Report([], overview.root)
        self._today = overview.today
        self._owned = overview.organisation is None  # paths of an organisation are no files here
        before = overview.before.fingerprints if overview.before is not None else None
        marked = zip(overview.outcome.unsuppressed, overview.fingerprints, strict=False)
        self._new = {id(finding) for finding, mark in marked if before is not None and mark not in before}
        self._links = overview.links
        self.paths: dict[str, int] = {}
        self.links: list[str | None] = []

    def shown(self, path: Path) -> str:
        return printable(self._report.posix(path))

    def place(self, path: Path, location: Location, cell: int | None) -> list[int]:
        index = self.paths.setdefault(self.shown(path), len(self.paths))
        if index == len(self.links):
            self.links.append(self._links.to(path) if self._links is not None else None)
        return [index, cell or 0, location.row, location.column]

    def waiver(self, waiver: AppliedSuppression) -> Object:
        until = waiver.suppression.until
        return {
            "place": self.place(waiver.path, waiver.location, waiver.cell),
            "shown": printable(waiver.suppression.shown),
            "reason": printable(waiver.suppression.reason),
            "until": until.isoformat() if until is not None else "",
            "left": (until - self._today).days if until is not None else None,
            "hidden": len(waiver.suppressed),
        }

    def finding(self, finding: Finding, state: State, waiver: int | None = None) -> Object:
        """Convert a finding. `waiver` is the index of the suppression that covers it."""
        lines, mark = _excerpt(finding)
        return {
            "code": finding.code,
            "state": state,
            "place": self.place(finding.path, finding.start, finding.cell),
            "message": printable(finding.message),
            "confidence": str(finding.confidence),
            "severity": str(finding.severity),
            "owners": list(map(printable, owners_of(finding.path))) if self._owned else [],
            "new": id(finding) in self._new,
            "lines": lines,
            "mark": mark,
            "related": [self._step(related) for related in finding.related],
            "fix": [finding.fix.safe, printable(finding.fix.message)] if finding.fix is not None else None,
            "waiver": waiver,
        }

    def _step(self, related: Related) -> list[Any]:
        line = line_of(related.path, related.location.row, related.cell) or ""
        source = printable(line.strip())[:MAX_LINE_CHARACTERS]
        return [self.place(related.path, related.location, related.cell), printable(related.message), source]


def _excerpt(finding: Finding) -> tuple[list[int | str], tuple[int, int]]:
    """The number of the first row, the rows, and the start and end of the finding in its row."""
    row = finding.start.row
    lines = lines_of(finding.path, finding.cell)
    if not 0 < row <= len(lines):
        return [row], (0, 0)
    first = max(1, row - CONTEXT_LINES)
    line = lines[row - 1]
    start = finding.start.column - 1
    end = finding.end.column - 1 if finding.end.row == row else len(line)
    own, mark = _marked(line, start, max(start, end))
    return [first, *_context(lines[first - 1 : row - 1]), own, *_context(lines[row : row + CONTEXT_LINES])], mark


def _context(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield printable(line[:MAX_LINE_CHARACTERS]) + ("…" if len(line) > MAX_LINE_CHARACTERS else "")


def _marked(line: str, start: int, end: int) -> tuple[str, tuple[int, int]]:
    cut = max(0, start - MAX_LINE_CHARACTERS // 2) if len(line) > MAX_LINE_CHARACTERS else 0
    before = ("…" if cut else "") + printable(line[cut:start])
    marked = printable(line[start : min(end, cut + MAX_LINE_CHARACTERS)])
    after = printable(line[end : cut + MAX_LINE_CHARACTERS]) + ("…" if len(line) > cut + MAX_LINE_CHARACTERS else "")
    return before + marked + after, (len(before), len(before) + len(marked))
