"""Applies the fixes of a file, round after round, until nothing changes."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from s3lint.finding import Edit, Finding, Fix, Location
from s3lint.linter.workspace import Workspace
from s3lint.project.discovery import is_notebook
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.source.notebook_edits import cell_source, with_cells
from s3lint.source.notebooks import read
from s3lint.source.text import UTF8_BOM, Source, Unreadable, split_lines
from s3lint.support.collector import paused_collector
from s3lint.syntax.module import Module

ROUNDS = 10
"""How often a file is fixed and checked again; what has not settled by then never will."""


class Unsettled(Exception):
    """Fixes that undo each other, or that leave code behind that does not parse. Names the rules."""


class Unwritable(Unsettled):
    """A file, or a fix of it, that its encoding would write in another way."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file after its fixes. `applied` are the findings that they removed."""

    path: Path
    before: bytes
    after: bytes
    applied: tuple[Finding, ...] = ()


def fix_file(path: Path, data: bytes, settings: Settings, *, unsafe: bool) -> Fixed:
    """Every applicable fix of a file on disk. Raises `Unsettled`, and then nothing of the file may be changed."""
    return fix_in(Workspace.on_disk(settings), path, data, unsafe=unsafe)


def fix_in(workspace: Workspace, path: Path, data: bytes, *, unsafe: bool) -> Fixed:
    """Every applicable fix of a file of a project, which stays as it is. Raises `Unsettled`, and then nothing may be changed."""
    with workspace.changing(path), paused_collector():
        return fix_text(path, data, lambda text: workspace.findings(path, text), unsafe=unsafe)


def fix_text(path: Path, data: bytes, findings_in: Callable[[bytes], list[Finding]], *, unsafe: bool) -> Fixed:
    """Every applicable fix of a text, of which a function says what is found in it. Raises `Unsettled`."""
    current, applied = data, list[Finding]()
    for _ in range(ROUNDS):
        found = _applicable(findings_in(current), unsafe=unsafe)
        if not found:
            return Fixed(path, data, current, tuple(applied))
        changed, done = with_fixes(path, current, found)
        if changed == current or _broken(path, changed) > _broken(path, current):
            raise Unsettled(
                f"{path}: the fixes of {_names(done or found)} leave code that does not parse; the file stays as it was"
            )
        current = changed
        applied += done
    raise Unsettled(f"{path}: the fixes of {_names(found)} do not settle; the file stays as it was")


def allow_in_file(path: Path, data: bytes, findings: Iterable[Finding], reason: str) -> Fixed:
    """A file with comments that let findings stand, as far as they can. Raises `Unsettled`, and then nothing may be changed."""
    from s3lint.suppressions.insert import allowed

    try:
        changed, done = with_fixes(path, data, allowed(path, data, findings, reason))
    except Unreadable as error:
        raise Unsettled(f"{path}:{error.row}: {error.message}; the file stays as it was") from None
    if _broken(path, changed) > _broken(path, data):
        raise Unsettled(f"{path}: comments for {_names(done)} leave code that does not parse; the file stays as it was")
    return Fixed(path, data, changed, tuple(done))


def _names(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in findings}))


def _applicable(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    return [finding for finding in findings if is_applicable(finding, unsafe=unsafe)]


def is_applicable(finding: Finding, *, unsafe: bool) -> bool:
    """Whether a run applies the fix of a finding."""
    return finding.fix is not None and (unsafe or finding.fix.safe)


def decided(findings: Iterable[Finding]) -> Callable[[Settings], Settings]:
    """Return a function from settings to the settings for a run of fixes, in which rules have decided what no file can decide alone."""
    by_code: dict[str, list[Finding]] = {code: [] for code, rule in rules().items() if rule.decisions}
    for finding in findings:
        if finding.code in by_code:
            by_code[finding.code].append(finding)

    def decide(settings: Settings) -> Settings:
        for code, found in by_code.items():
            settings = rules()[code].decided(found, settings)
        return settings

    return decide


def _broken(path: Path, data: bytes) -> int:
    """How much of a file does not parse: cells of a notebook, else the file."""
    try:
        if is_notebook(path.name):
            opened = read(data)
            return len(opened[1].broken) if opened is not None else 1
        Module.load(Source.decode(path, data))
    except Unreadable:
        return 1
    return 0


def with_fixes(path: Path, data: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Finding]]:
    """The bytes of a file after as many of the fixes as do not touch each other, and the findings that these remove."""
    taken: list[Edit] = []
    done = [finding for finding in findings if finding.fix is not None and _take(finding.fix, taken)]
    try:
        return _with_edits(path, data, taken), done
    except UnicodeEncodeError as error:
        message = f"{path}: the fixes hold characters that {error.encoding} does not; the file stays as it was"
        raise Unwritable(message) from None


def _with_edits(path: Path, data: bytes, edits: Iterable[Edit]) -> bytes:
    if is_notebook(path.name):
        by_cell = {cell: [edit for edit in edits if edit.cell == cell] for cell in {edit.cell for edit in edits}}
        return with_cells(data, {cell: edited(cell_source(data, cell), each) for cell, each in by_cell.items() if cell is not None})
    source = Source.decode(path, data)
    mark = UTF8_BOM if source.has_bom else b""
    if mark + source.text.encode(source.encoding) != data:
        raise Unwritable(f"{path}: the file has bytes that {source.encoding} writes in another way; it stays as it was")
    return mark + edited(source.text, edits).encode(source.encoding)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text after edits that do not touch each other."""
    lines = split_lines(text)
    starts = [0, *accumulate(map(len, lines))]
    pieces, place = [], 0
    for edit in sorted(edits, key=_order):
        start, end = (_offset(location, starts, len(text)) for location in (edit.start, edit.end))
        pieces += [text[place:start], edit.content]
        place = end
    return "".join([*pieces, text[place:]])


def _offset(place: Location, starts: list[int], end: int) -> int:
    return min(starts[place.row - 1] + place.column - 1, end) if place.row <= len(starts) else end


def _order(edit: Edit) -> tuple[int, Location, Location]:
    return edit.cell or 0, edit.start, edit.end


def _take(fix: Fix, taken: list[Edit]) -> bool:
    """Takes the edits of a fix, if none touches another's. The same edit, such as an import, may be made by several."""
    new = [edit for edit in fix.edits if not _is_taken(edit, taken)]
    if any(_touches(edit, taken) for edit in new):
        return False
    for edit in new:
        insort(taken, edit, key=_order)
    return True


def _is_taken(edit: Edit, taken: list[Edit]) -> bool:
    index = bisect_left(taken, _order(edit), key=_order)
    return index < len(taken) and taken[index] == edit


def _touches(edit: Edit, taken: list[Edit]) -> bool:
    """Whether an edit touches one of those taken, which are in order and apart from each other."""
    index = bisect_left(taken, _order(edit), key=_order)
    return any(
        one.cell == edit.cell and one.start <= edit.end and edit.start <= one.end for one in taken[max(0, index - 1) : index + 1]
    )


def diffs(fixed: Iterable[Fixed], root: Path) -> Iterator[str]:
    """Unified diffs, as `git apply` reads them."""
    import difflib

    for each in fixed:
        name = each.path.relative_to(root).as_posix() if each.path.is_relative_to(root) else str(each.path)
        before, after = (Source.decode(each.path, data).text for data in (each.before, each.after))
        rows = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}")
        yield "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
