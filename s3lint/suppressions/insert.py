"""Insert suppression comments for existing findings (`--add-allow`), as edits that the fixer applies.

A comment goes behind the line of its finding; where that is inside a string, on a line of its own above the statement.
"""

from __future__ import annotations

import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from pathlib import Path

from s3lint.finding import Edit, Finding, Fix, Location
from s3lint.fixes.apply import Fixed, Unsettled, codes_in, with_fixes
from s3lint.fixes.soundness import unparsable
from s3lint.project.discovery import is_notebook
from s3lint.registry.codes import UNJUSTIFIED, UNREADABLE, UNUSED
from s3lint.source.notebook_edits import cell_source
from s3lint.source.notebooks import OPEN, read, shift_of
from s3lint.source.script_cells import plain
from s3lint.source.text import Source, Unreadable, split_lines, tokens_of
from s3lint.support.frozen import frozen
from s3lint.suppressions.comments import BETWEEN_STATEMENTS
from s3lint.suppressions.directives import Suppression, suppressions

TEXT_STARTS = [getattr(tokenize, name) for name in ("FSTRING_START", "TSTRING_START") if hasattr(tokenize, name)]
TEXT_ENDS = [getattr(tokenize, name) for name in ("FSTRING_END", "TSTRING_END") if hasattr(tokenize, name)]
"""Since Python 3.12 a comment may follow a line break inside an f-string; older versions of Python do not parse that."""


def allow_in_file(path: Path, data: bytes, findings: Iterable[Finding], reason: str) -> Fixed:
    """Insert comments that suppress findings, in memory, as far as they can be. Raises `Unsettled`; then the file must stay as it is."""
    try:
        changed, done = with_fixes(path, data, allowed(path, data, findings, reason))
    except Unreadable as error:
        raise Unsettled(f"{path}:{error.row}: {error.message}; the file stays as it was") from None
    # Compared, not required: a file with findings in some cells may have others that never parsed.
    if unparsable(path, changed) > unparsable(path, data):
        raise Unsettled(f"{path}: comments for {codes_in(done)} leave code that does not parse; the file stays as it was")
    return Fixed(path, data, changed, tuple(done))


def allowed(path: Path, data: bytes, findings: Iterable[Finding], reason: str) -> list[Finding]:
    """Return the findings of a file, each with the edit that suppresses it as its fix.

    Unreadable code and unused suppressions cannot be suppressed. Raises `Unreadable` for a file that cannot be decoded.
    """
    cells: dict[int | None, list[Finding]] = {}
    for finding in findings:
        if finding.code not in (UNREADABLE, UNUSED):
            cells.setdefault(finding.cell, []).append(finding)
    return [made for cell, found in cells.items() for made in _Text.of(path, data, cell).allowed(found, reason)]


@frozen()
class _Text:
    """A file or one cell: its lines as written, the same lines as Python (without magics), and where comments may go."""

    cell: int | None
    lines: list[str]
    python: list[str]
    comments: list[Suppression]
    ends: set[int] = field(default_factory=set)
    """The rows at whose end a comment may be written."""
    statements: dict[int, int] = field(default_factory=dict)
    """The first row of the statement that a row belongs to."""

    @classmethod
    def of(cls, path: Path, data: bytes, cell: int | None) -> _Text:
        if is_notebook(path.name):
            assert cell is not None
            return cls._of_text(cell, cell_source(data, cell), _python(data, cell))
        return cls._of_text(None, Source.decode(path, data).text, Source.decode(path, plain(data)).text)

    @classmethod
    def _of_text(cls, cell: int | None, written: str, python: str) -> _Text:
        made = cls(cell, split_lines(written), split_lines(python), suppressions(python))
        first = depth = 0
        try:
            for token in tokens_of(python):
                row, last = token.start[0], token.end[0]
                depth += (token.type in TEXT_STARTS) - (token.type in TEXT_ENDS)
                first = first or (row if token.type not in BETWEEN_STATEMENTS else 0)
                made.statements.update(dict.fromkeys(range(row, last + 1), first) if first else {})
                if token.type in (tokenize.NL, tokenize.NEWLINE) and not depth:
                    made.ends.add(row)
                first = 0 if token.type == tokenize.NEWLINE else first
        except (tokenize.TokenError, SyntaxError):
            pass
        return made

    def allowed(self, findings: Iterable[Finding], reason: str) -> Iterator[Finding]:
        """Yield findings with their edits. Findings at one place share one edit, which names all of their codes."""
        texts: dict[Location, str] = {}
        codes: dict[Location, list[str]] = {}
        places: list[tuple[Finding, Location]] = []
        for finding in findings:
            bare = self._lacking_reason(finding)
            if bare is None:
                place = self._place(finding)
                codes.setdefault(place, []).append(finding.code)
            else:
                place, text = self._justified(bare, reason)
                texts[place] = text
            places.append((finding, place))
        for place, listed in codes.items():
            texts[place] = texts.get(place, "") + self._comment(place, sorted(set(listed)), reason)
        for finding, place in places:
            edit = Edit(place, place, texts[place], self.cell)
            yield replace(finding, fix=Fix(f"Allow {finding.code}: {reason}", (edit,), safe=True))

    def _lacking_reason(self, finding: Finding) -> Suppression | None:
        """Return the suppression that lacks only a reason to cover a finding, or that the finding (STO901) is about."""
        for each in self.comments:
            about = finding.code == UNJUSTIFIED and each.row == finding.start.row and self._column(each) == finding.start.column
            if not each.reason and (about or (not each.is_noqa and each.covers(finding))):
                return each
        return None

    def _justified(self, each: Suppression, reason: str) -> tuple[Location, str]:
        """Return where the reason of a suppression is missing, and its text.

        Behind `noqa` a dash separates it: flake8 would read a first word such as `TODO1` as one more code.
        """
        end = len(each.text) if each.is_noqa else each.text.index("]") + 1
        return Location(each.row, self._column(each) + end), f" - {reason}" if each.is_noqa else f" {reason}"

    def _column(self, each: Suppression) -> int:
        """Return the column of a suppression in its line as written, which a magic such as `# MAGIC` may shift."""
        return each.column + 1 - shift_of(self._line(each.row), self.python[each.row - 1].rstrip("\r\n"))

    def _place(self, finding: Finding) -> Location:
        """Return the end of the first or last line of a finding, or where both are inside a string, the start of the statement."""
        for row in (finding.start.row, finding.noqa_row):
            if row in self.ends or self._is_sql(row):
                return Location(row, len(self._line(row)) + 1)
        return Location(self.statements.get(finding.start.row, finding.start.row), 1)

    def _line(self, row: int) -> str:
        return self.lines[row - 1].rstrip("\r\n")

    def _is_sql(self, row: int) -> bool:
        """Return whether a row is SQL of a `%sql` cell, where comments begin with `--`."""
        first = self.statements.get(row, row) - 1
        return self.python[first].startswith(OPEN) and self.python[first] != self.lines[first]

    def _comment(self, place: Location, codes: list[str], reason: str) -> str:
        sign = "--" if self._is_sql(place.row) else "#"
        line = self._line(place.row)
        comment = f"{sign} s3lint: allow[{', '.join(codes)}] {reason}"
        if place.column > 1:
            return f"  {comment}"
        indent = line[: len(line) - len(line.lstrip())]
        newline = self.lines[place.row - 1][len(line) :] or "\n"
        return f"{indent}{comment}{newline}"


def _python(data: bytes, cell: int) -> str:
    """Return the lines of one cell as Python."""
    opened = read(data)
    assert opened is not None
    text, cells = opened
    index = cells.numbers.index(cell)
    lines = text.decode("utf-8", "surrogatepass").split("\n")
    end = cells.starts[index + 1] - 1 if index + 1 < len(cells.starts) else len(lines) - 1
    return "\n".join(lines[cells.starts[index] - 1 : end])
