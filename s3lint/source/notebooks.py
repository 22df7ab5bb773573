"""Turn Jupyter's notebooks into one Python text.

Every line stays in its row, so that a row of the text is a row of a cell. Magics and shell lines are replaced (masked), and `%sql`
cells become a call of `spark.sql` around the same lines.
"""

from __future__ import annotations

import ast
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Any

from s3lint.finding import Edit, Finding, Fix, Location, Related
from s3lint.source.identifiers import normal_names
from s3lint.source.magics import (
    ANY_CELL,
    OTHER_CELL,
    PYTHON_CELL,
    SQL_CELL,
    calls,
    code_of_head,
    without_escaped_calls,
    without_magics,
)
from s3lint.source.text import Unreadable
from s3lint.support.frozen import frozen
from s3lint.support.interpreter import without_parser_warnings

PYTHON_KERNELS = ("python", "pyspark")
"""What the names of Python's kernels contain; those of EMR, Livy and sparkmagic are called `pyspark`."""

CELL_LANGUAGES = (
    ("vscode", "languageId"),
    ("dotnet_interactive", "language"),
    ("polyglot_notebook", "kernelName"),
    ("microsoft", "language"),
)
"""Where the metadata of a cell name its language."""

OTHERS_CHECKED = "the other cells are checked"

OPEN, CLOSE = 'spark.sql("""', ' """)'
"""Put around SQL to make it a call. The opening is as long as `# MAGIC %sql `, so that columns stay the same; the space of the end keeps
a quotation mark before it apart."""


@frozen()
class Masks:
    """The rows of a text that differ from the file. For each: the line in the text, the line in the file, the shift in columns."""

    rows: dict[int, tuple[str, str, int]] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """The rows as they are in the file: code that no parser of Python reads."""
        return "\n".join(written for _, written, _ in self.rows.values())

    def allow(self, fix: Fix) -> bool:
        """Tell whether a fix replaces only code that is in the file as well."""
        return not self.rows or all(self._allows(edit) for edit in fix.edits)

    def _allows(self, edit: Edit) -> bool:
        """Tell whether the text that an edit replaces is the same in the file."""
        return all(self._is_written(edit, row) for row in range(edit.start.row, edit.end.row + 1) if row in self.rows)

    def _is_written(self, edit: Edit, row: int) -> bool:
        made, written, shift = self.rows[row]
        start = edit.start.column - 1 if row == edit.start.row else 0
        end = edit.end.column - 1 if row == edit.end.row else len(made)
        replaced = made[start:end]
        # An insertion replaces nothing in a changed row, so nothing proves that the row has this place.
        return bool(replaced) and start >= shift and replaced == written[start - shift : end - shift]


@frozen()
class Cells:
    """The code cells of a notebook: their numbers, and the row of the text in which each starts.

    `broken` are the errors of cells that do not parse, in rows of the text.
    """

    numbers: tuple[int, ...]
    starts: tuple[int, ...]
    broken: tuple[Unreadable, ...] = ()
    shifts: dict[int, int] = field(default_factory=dict)
    """By row: how many columns further right the code is in the text than in the cell."""
    masks: Masks = field(default_factory=Masks)

    def place(self, location: Location) -> tuple[int, Location]:
        """Return the number of the cell (from 1, over cells of every kind) and the location inside it."""
        index = max(0, bisect_right(self.starts, location.row) - 1)
        column = max(1, location.column - self.shifts.get(location.row, 0))
        return self.numbers[index], Location(location.row - self.starts[index] + 1, column)

    def shown(self, finding: Finding) -> Finding:
        """Return a finding with its cell and with locations inside the cell."""
        cell, start = self.place(finding.start)
        _, end = self.place(finding.end)
        related = tuple(self._related(place) if place.path == finding.path else place for place in finding.related)
        return replace(finding, cell=cell, start=start, end=end, noqa_row=end.row, related=related, fix=self._fix(finding.fix))

    def _fix(self, fix: Fix | None) -> Fix | None:
        """Return a fix with edits of cells; None if one of them crosses the end of a cell."""
        edits = [self._edit(edit) for edit in fix.edits] if fix is not None else []
        return None if fix is None or None in edits else replace(fix, edits=tuple(edit for edit in edits if edit is not None))

    def _edit(self, edit: Edit) -> Edit | None:
        """Return an edit of a cell; None if it crosses the end of the cell."""
        cell, start = self.place(edit.start)
        last, end = self.place(edit.end)
        return Edit(start, end, edit.content, cell) if cell == last else None

    def _related(self, place: Related) -> Related:
        cell, location = self.place(place.location)
        return Related(place.path, location, place.message, cell)


def masks(written: Iterable[str], made: Iterable[str], shifts: dict[int, int] | None = None) -> Masks:
    """Return the rows in which two lists of lines of equal length differ."""
    rows = enumerate(zip(made, written, strict=True), 1)
    return Masks({row: (text, line, (shifts or {}).get(row, 0)) for row, (text, line) in rows if text != line})


def quoted(sql: str) -> str:
    """Return SQL that is valid inside triple quotes: quotes and backslashes are replaced by characters of the same length."""
    return sql.replace('"""', "'''").replace("\\", "/")


@without_parser_warnings()
def read(data: bytes) -> tuple[bytes, Cells] | None:
    """Return the Python text of a Jupyter notebook and its cells; None for a notebook of another language.

    Raises `Unreadable` if the file is no notebook.
    """
    document = document_of(data)
    if other_kernel(document) is not None:
        return None
    is_ipython = runs_ipython(document)
    lines: list[str] = []
    original: list[str] = []
    numbers, starts, broken = [], [], []
    shifts: dict[int, int] = {}
    for number, cell in enumerate(document["cells"], 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            written = source_of_cell(cell)
            source = ["" for _ in written] if other_language(cell, is_ipython=is_ipython) is not None else masked(written)
            shifts |= {
                len(lines) + row: shift_of(line, made) for row, (line, made) in enumerate(zip(written, source, strict=True), 1)
            }
            refusal = refusal_of(source)
            if refusal is not None:
                # The lines of a broken cell are emptied, so that the other cells can be checked.
                broken.append(Unreadable(f"{refusal.message}; {OTHERS_CHECKED}", len(lines) + refusal.row, refusal.column))
                source = ["" for _ in source]
            numbers.append(number)
            starts.append(len(lines) + 1)
            lines += source
            original += written
    text = normal_names("\n".join(lines) + "\n" if lines else "")
    lines = text.split("\n")[:-1]
    shifts = {row: shift for row, shift in shifts.items() if shift}
    cells = Cells(tuple(numbers) or (1,), tuple(starts) or (1,), tuple(broken), shifts, masks(original, lines, shifts))
    return text.encode("utf-8", "surrogatepass"), cells


def shift_of(written: str, made: str) -> int:
    """Return how many columns further right a line is in the text than in the cell: positive for SQL after the opening of the call,
    negative for Python without its indentation.
    """
    if not made.startswith(OPEN):
        return len(made) - len(written) if made and written.endswith(made) else 0
    return len(OPEN) - (len(written) - len(made.removeprefix(OPEN).removesuffix(CLOSE)))


def cell_lines(data: bytes, number: int) -> list[str]:
    """Return the lines of one cell as they are in the file; none if there is no such cell. Raises `Unreadable`."""
    cells = document_of(data)["cells"]
    return source_of_cell(cells[number - 1]) if 0 < number <= len(cells) else []


def document_of(data: bytes) -> dict[str, Any]:
    """Parse a notebook of version 4. Raises `Unreadable` for any other bytes."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        row, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise Unreadable("the notebook is not valid JSON", row, column) from None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise Unreadable("the notebook has no list of cells: save it in version 4 of the format")
    version = document.get("nbformat", 1)  # Jupyter's own default
    if isinstance(version, (int, float)) and version < 4:
        # Jupyter runs what an older version has elsewhere, even if there are `cells` as well.
        raise Unreadable("the notebook is of an old version: save it in version 4 of the format")
    return document


def other_kernel(document: dict[str, Any]) -> str | None:
    """Return the language of a notebook's kernel; None for Python, and if the metadata name no language.

    The name of the kernel tells what runs the notebook, whatever language stands beside it.
    """
    language = next(
        filter(None, (_metadata(document, *key) for key in (("language_info", "name"), ("kernelspec", "language")))), None
    )
    names = (language, _metadata(document, "kernelspec", "name"))
    return language if not any(kernel in name.lower() for name in names if name for kernel in PYTHON_KERNELS) else None


def runs_ipython(document: dict[str, Any]) -> bool:
    """Tell whether the kernel of a notebook is Jupyter's own for Python, which runs every cell as Python, whatever its metadata say."""
    return (_metadata(document, "kernelspec", "name") or "").lower().startswith("python")


def _metadata(document: dict[str, Any], part: str, key: str) -> str | None:
    metadata = document.get("metadata")
    found = metadata.get(part) if isinstance(metadata, dict) else None
    value = found.get(key) if isinstance(found, dict) else None
    return str(value) if value else None


def other_language(cell: dict[str, Any], *, is_ipython: bool = False) -> str | None:
    """Return the language that the metadata of a cell name, as VS Code's, Polyglot's, Synapse's and Fabric's do; None for Python.

    With `is_ipython` a cell that Python parses is Python's.
    """
    metadata = cell.get("metadata")
    named = [
        part.get(key)
        for owner, key in CELL_LANGUAGES
        if isinstance(metadata, dict) and isinstance(part := metadata.get(owner), dict)
    ]
    others = (str(name) for name in named if name and not any(kernel in str(name).lower() for kernel in PYTHON_KERNELS))
    language = next(others, None)
    return language if language is None or not is_ipython or refusal_of(masked(source_of_cell(cell))) is not None else None


def other_magic(lines: Sequence[str]) -> str | None:
    """Return the magic at the start of a cell that makes it another language's, such as `%scala`; None for Python and SQL.

    `#!csharp` is one for .NET Interactive alone: Python takes it for a comment, and runs what it parses. A magic that nobody knows may run
    the cell, as `%%time` does.
    """
    made, row, unknown = _without_heads(lines)
    head = made[row].strip() if row < len(made) else ""
    if SQL_CELL.match(head):
        return None
    if OTHER_CELL.match(head) and (not head.startswith("#") or refusal_of(lines) is not None):
        return head.split()[0]
    return unknown if unknown is not None and not calls("\n".join(_python(made))) else None


def _without_heads(lines: Sequence[str]) -> tuple[list[str], int, str | None]:
    """Return a cell without the magics at its start that may run it, the row of its first line, and the first magic that nobody knows.

    The code in the line of a magic stays, such as the setup of `%%timeit`.
    """
    made, unknown = list(lines), None
    for row, line in enumerate(lines):
        head = line.strip()
        if head and (not ANY_CELL.match(head) or SQL_CELL.match(head) or OTHER_CELL.match(head)):
            return made, row, unknown
        if head and not PYTHON_CELL.match(head):
            unknown = unknown or head.split()[0]
        made[row] = code_of_head(line)
    return made, len(made), unknown


def source_of_cell(cell: dict[str, Any]) -> list[str]:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def masked(lines: list[str]) -> list[str]:
    """Return the lines of a cell with its magics replaced; all empty for a cell of another language."""
    made, row, _ = _without_heads(lines)
    head = made[row].strip() if row < len(made) else ""
    if SQL_CELL.match(head):
        body = [quoted(line) for line in made[row + 1 :]]
        made = [*made[:row], OPEN + quoted(re.sub(r"^%{1,2}sql ?", "", head, flags=re.IGNORECASE)), *body]
        return [*made[:-1], made[-1] + CLOSE]
    return _python(made) if other_magic(lines) is None else ["" for _ in lines]


def _python(lines: list[str]) -> list[str]:
    """Return the lines of a cell of Python with its magics replaced."""
    # Only cells that do not parse are searched for magics: `%` at the start of a line may be an operator.
    if refusal_of(lines) is None:
        return lines
    made = list(without_magics(_dedented(lines)))
    return made if refusal_of(made) is None else list(without_escaped_calls(made))


def _dedented(lines: list[str]) -> list[str]:
    """Return the lines without the indentation of the first one, as IPython runs a cell that is indented as a whole."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines]


def refusal_of(lines: Sequence[str]) -> Unreadable | None:
    """Return why Python does not parse the lines of a cell; None if it does."""
    try:
        ast.parse("\n".join(lines))
    except SyntaxError as error:
        row = min(max(error.lineno or 1, 1), len(lines))
        return Unreadable(error.msg, row, max(error.offset or 1, 1))
    except (ValueError, RecursionError, MemoryError):
        return Unreadable("the cell cannot be parsed")
    return None
