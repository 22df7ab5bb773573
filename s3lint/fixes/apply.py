"""Apply edits to the bytes of a file: fixes that do not touch each other, round after round, until nothing changes.

What is found in a text is asked of a function, so that this package needs no engine. Every byte outside the edits stays as it is.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from s3lint.finding import Edit, Finding, Fix, Location
from s3lint.fixes.soundness import damage
from s3lint.fixes.unused_imports import unused_imports
from s3lint.project.discovery import is_notebook
from s3lint.source.notebook_edits import cell_source, with_cells
from s3lint.source.notebooks import read
from s3lint.source.script_cells import magics
from s3lint.source.text import UTF8_BOM, Source, Unreadable, split_lines
from s3lint.support.frozen import frozen

MAX_ROUNDS = 10
"""How often a file is fixed and checked again. Nested fixes need two or three rounds; what goes on for longer never settles."""


class Unsettled(Exception):
    """A file that cannot be changed as asked. Says which and why, in one sentence."""


class Unwritable(Unsettled):
    """A file, or a fix of it, that its encoding would write in another way."""


@frozen()
class Fixed:
    """A file before and after its fixes.

    `applied` are the findings that they removed, `left_out` one sentence for each finding whose fix would have done harm.
    """

    path: Path
    before: bytes
    after: bytes
    applied: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()


def fix_text(
    path: Path,
    data: bytes,
    findings_in: Callable[[bytes], list[Finding]],
    *,
    unsafe: bool,
    is_used_elsewhere: Callable[[str], bool] = lambda _name: False,
) -> Fixed:
    """Apply every applicable fix of a text, whose findings `findings_in` returns, until there is none.

    `is_used_elsewhere` tells whether other files may use a name that this one imports.

    A fix that does harm, or that never settles, is left out by itself. Raises `Unwritable`.
    """
    left_out: dict[_Identity, str] = {}
    unsettled: set[str] = set()
    while True:
        current, applied, open_codes = _rounds(path, data, findings_in, left_out, unsettled, unsafe=unsafe)
        if not open_codes:
            break
        for code in sorted(open_codes):
            left_out[code, "", ""] = f"{path}: the fixes of {code} do not settle; they were left out"
        unsettled |= open_codes
    if any(edit.start != edit.end for finding in applied if finding.fix is not None for edit in finding.fix.edits):
        # Only code that is gone can have been the last use of an import.
        current = _without_unused_imports(path, data, current, is_used_elsewhere)
    return Fixed(path, data, current, tuple(applied), tuple(left_out.values()))


_Identity = tuple[str, str, str]
"""What tells a finding from others in every round, while its row moves: its code, its message and what its fix writes."""


def _identity(finding: Finding) -> _Identity:
    edits = finding.fix.edits if finding.fix is not None else ()
    return finding.code, finding.message, "\0".join(edit.content for edit in edits)


def _rounds(
    path: Path,
    data: bytes,
    findings_in: Callable[[bytes], list[Finding]],
    left_out: dict[_Identity, str],
    unsettled: set[str],
    *,
    unsafe: bool,
) -> tuple[bytes, list[Finding], set[str]]:
    """Fix a text round by round. Return it, the findings that were fixed, and the codes that would go on for ever."""
    current, applied, found = data, list[Finding](), list[Finding]()
    for _ in range(MAX_ROUNDS):
        found = [
            finding
            for finding in findings_in(current)
            if is_applicable(finding, unsafe=unsafe) and finding.code not in unsettled and _identity(finding) not in left_out
        ]
        if not found:
            return current, applied, set()
        changed, done = with_fixes(path, current, found)
        harm = damage(path, current, changed)
        # This round is thrown away; the harmful fixes are found, and the next round goes without them.
        if harm is not None:
            harmful = _harmful(path, current, done)
            for finding, why in harmful or [(one, harm) for one in done]:
                place = f"{path}:{finding.start.row}"
                left_out[_identity(finding)] = f"{place}: the fix of {finding.code} {why}; it was left out"
            continue
        current = changed
        applied += done
    return current, applied, {finding.code for finding in found}


def _harmful(path: Path, data: bytes, findings: list[Finding]) -> list[tuple[Finding, str]]:
    """Return the findings whose fixes do harm by themselves, found by halves, each with what it does."""
    changed, done = with_fixes(path, data, findings)
    harm = damage(path, data, changed)
    if harm is None:
        return []
    if len(done) == 1:
        return [(done[0], harm)]
    # By halves: to find one harmful fix among n takes 2 log n checks instead of n.
    half = len(done) // 2
    return [*_harmful(path, data, done[:half]), *_harmful(path, data, done[half:])]


def _without_unused_imports(path: Path, before: bytes, after: bytes, is_used_elsewhere: Callable[[str], bool]) -> bytes:
    """Return a fixed text without the imports that only the replaced code used."""
    try:
        edits = (
            _unused_in_notebook(path, before, after, is_used_elsewhere)
            if is_notebook(path.name)
            else unused_imports(*_sources(path, before, after), magics(after), is_used_elsewhere)
        )
    except Unreadable:
        return after
    cleaned = _with_edits(path, after, edits) if edits else after
    return cleaned if cleaned == after or damage(path, after, cleaned) is None else after


def _sources(path: Path, before: bytes, after: bytes) -> tuple[Source, Source]:
    return Source.decode(path, before), Source.decode(path, after)


def _unused_in_notebook(path: Path, before: bytes, after: bytes, is_used_elsewhere: Callable[[str], bool]) -> list[Edit]:
    opened = [read(data) for data in (before, after)]
    if opened[0] is None or opened[1] is None:
        return []
    cells = opened[1][1]
    edits = []
    sources = _sources(path, opened[0][0], opened[1][0])
    for edit in unused_imports(*sources, cells.masks.written, is_used_elsewhere):
        cell, start = cells.place(edit.start)
        edits.append(Edit(start, Location(start.row + edit.end.row - edit.start.row, edit.end.column), edit.content, cell))
    return edits


def is_applicable(finding: Finding, *, unsafe: bool) -> bool:
    """Return whether a run applies the fix of a finding."""
    return finding.fix is not None and (unsafe or finding.fix.safe)


def codes_in(findings: Iterable[Finding]) -> str:
    """Return the codes of findings for a message, each once."""
    return ", ".join(sorted({finding.code for finding in findings}))


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
    # UTF-7 and its like have several spellings of one text: rewriting the file would change bytes outside of the edits.
    if mark + source.text.encode(source.encoding) != data:
        raise Unwritable(f"{path}: the file has bytes that {source.encoding} writes in another way; it stays as it was")
    return mark + edited(source.text, edits).encode(source.encoding)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text after edits that do not touch each other."""
    lines = split_lines(text)
    starts = [0, *accumulate(map(len, lines))]
    # Pieces are joined once at the end; replacing in the text edit by edit would take quadratic time.
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


def diffs(fixed: Iterable[Fixed], root: Path) -> Iterator[bytes]:
    """Yield unified diffs, as `git apply` reads them: in the bytes of the files, with lines that end where git ends them."""
    for each in fixed:
        name = each.path.relative_to(root).as_posix() if each.path.is_relative_to(root) else str(each.path)
        yield diff(each, name)


NO_NEWLINE = b"\\ No newline at end of file\n"
QUOTED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def diff(fixed: Fixed, name: str) -> bytes:
    """Return the change of a file as a unified diff under a name."""
    import difflib

    before, after = (_git_lines(data) for data in (fixed.before, fixed.after))
    names = (_quoted(f"a/{name}"), _quoted(f"b/{name}"))
    rows = difflib.diff_bytes(difflib.unified_diff, before, after, *names)
    return b"".join(row if row.endswith(b"\n") else row + b"\n" + NO_NEWLINE for row in rows)


def _git_lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _quoted(name: str) -> bytes:
    """A file's name as git reads it: in quotes where it holds what would end it, or could drive a terminal."""
    escaped = "".join(QUOTED.get(each) or (each if each.isprintable() else _octal(each)) for each in name)
    return (f'"{escaped}"' if escaped != name else name).encode()


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
