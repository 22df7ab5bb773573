"""Apply edits to the bytes of a file: fixes that do not touch each other, round after round, until nothing changes.

What is found in a text is asked of a function, so that this package needs no engine. Every byte outside the edits stays as it is.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from s3lint.finding import Edit, Finding, Fix, Location
from s3lint.project.discovery import is_notebook
from s3lint.source.notebook_edits import cell_source, with_cells
from s3lint.source.notebooks import read
from s3lint.source.text import UTF8_BOM, Source, Unreadable, split_lines
from s3lint.syntax.module import Module

MAX_ROUNDS = 10
"""How often a file is fixed and checked again. Nested fixes need two or three rounds; what goes on for longer never settles."""


class Unsettled(Exception):
    """Fixes that undo each other, or that leave code behind that does not parse. Names the rules."""


class Unwritable(Unsettled):
    """A file, or a fix of it, that its encoding would write in another way."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file before and after its fixes. `applied` are the findings that they removed."""

    path: Path
    before: bytes
    after: bytes
    applied: tuple[Finding, ...] = ()


def fix_text(path: Path, data: bytes, findings_in: Callable[[bytes], list[Finding]], *, unsafe: bool) -> Fixed:
    """Apply every applicable fix of a text, whose findings `findings_in` returns, until there is none. Raises `Unsettled`."""
    current, applied = data, list[Finding]()
    for _ in range(MAX_ROUNDS):
        found = [finding for finding in findings_in(current) if is_applicable(finding, unsafe=unsafe)]
        if not found:
            return Fixed(path, data, current, tuple(applied))
        changed, done = with_fixes(path, current, found)
        if changed == current or unparsable(path, changed) > unparsable(path, current):
            raise Unsettled(
                f"{path}: the fixes of {codes_in(done or found)} leave code that does not parse; the file stays as it was"
            )
        current = changed
        applied += done
    raise Unsettled(f"{path}: the fixes of {codes_in(found)} do not settle; the file stays as it was")


def is_applicable(finding: Finding, *, unsafe: bool) -> bool:
    """Return whether a run applies the fix of a finding."""
    return finding.fix is not None and (unsafe or finding.fix.safe)


def codes_in(findings: Iterable[Finding]) -> str:
    """Return the codes of findings for a message, each once."""
    return ", ".join(sorted({finding.code for finding in findings}))


def unparsable(path: Path, data: bytes) -> int:
    """Count what does not parse: cells of a notebook, otherwise 1 or 0 for the file. A fix must not raise the count."""
    try:
        if is_notebook(path.name):
            opened = read(data)
            return len(opened[1].broken) if opened is not None else 1
        Module.load(Source.decode(path, data))
    except Unreadable:
        return 1
    return 0


def with_fixes(path: Path, data: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Finding]]:
    """Return the bytes of a file after as many of the fixes as do not touch each other, and the findings that these remove."""
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
    """Return a text after edits that do not touch each other."""
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
    """Add the edits of a fix to those taken, if none touches one of them. Return whether that was done."""
    # Several fixes may make the same edit, such as an import: it is made once, and all of them count as applied.
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
    """Return whether an edit touches one of those taken, which are in order and apart from each other."""
    index = bisect_left(taken, _order(edit), key=_order)
    return any(
        one.cell == edit.cell and one.start <= edit.end and edit.start <= one.end for one in taken[max(0, index - 1) : index + 1]
    )


def diffs(fixed: Iterable[Fixed], root: Path) -> Iterator[str]:
    """Yield unified diffs, as `git apply` reads them."""
    import difflib

    for each in fixed:
        name = each.path.relative_to(root).as_posix() if each.path.is_relative_to(root) else str(each.path)
        before, after = (Source.decode(each.path, data).text for data in (each.before, each.after))
        rows = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}")
        yield "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
