"""The report for people: where, the source with a caret, where the value came from, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rich.text import Text

from s3lint.finding import Finding
from s3lint.notebooks import cell_lines
from s3lint.registry import rules
from s3lint.reports import Report, printable
from s3lint.source import Source, Unreadable

WIDTH = 100
"""Columns of an excerpt; a longer line is shortened around the finding."""


def render(report: Report) -> str:
    return "\n\n".join(_block(finding, report) for finding in report.findings)


def _block(finding: Finding, report: Report) -> str:
    title = Text()
    title.append(report.place(finding.path, finding.start, finding.cell), style="bold")
    title.append(" ")
    title.append(finding.code, style="bold red")
    title.append(f" {finding.name}", style="cyan")
    if finding.confidence.name != "HIGH":
        title.append(f" ({finding.confidence} confidence)", style="dim")
    lines = [title, Text(f"  {printable(finding.message)}"), *_excerpt(finding)]
    lines += [Text(f"  = {note}", style="dim") for note in _notes(finding, report)]
    return "\n".join(_styled(line, color=report.color) for line in lines)


def _styled(line: Text, *, color: bool) -> str:
    if not color:
        return line.plain
    from rich.console import Console

    console = Console(force_terminal=True, color_system="standard", width=10_000, highlight=False, soft_wrap=True)
    with console.capture() as capture:
        console.print(line, end="")
    return capture.get()


def _excerpt(finding: Finding) -> Iterator[Text]:
    line = _line(finding.path, finding.start.row, finding.cell)
    if line is None:
        return
    gutter = str(finding.start.row)
    length = (
        finding.end.column - finding.start.column if finding.end.row == finding.start.row else len(line) - finding.start.column + 1
    )
    shown, start = _shortened(line, finding.start.column - 1)
    yield Text(f"   {gutter} | {printable(shown)}")
    pad = "".join("\t" if character == "\t" else " " * len(printable(character)) for character in shown[:start])
    carets = "^" * max(1, min(length, len(shown) - start))
    yield Text.assemble(f"   {' ' * len(gutter)} | ", pad, (carets, "bold red"))


def _shortened(line: str, start: int) -> tuple[str, int]:
    """The part of a line around a column, and where the column is in it."""
    if len(line) <= WIDTH:
        return line, start
    first = max(0, min(start - WIDTH // 3, len(line) - WIDTH))
    part = line[first : first + WIDTH]
    before, after = ("…" if first else ""), ("…" if first + WIDTH < len(line) else "")
    return f"{before}{part}{after}", start - first + len(before)


@cache
def _lines(path: Path, cell: int | None) -> list[str]:
    try:
        data = path.read_bytes()
        return Source.decode(path, data).lines if cell is None else cell_lines(data, cell)
    except (OSError, Unreadable):
        return []


def _line(path: Path, row: int, cell: int | None) -> str | None:
    lines = _lines(path, cell)
    return lines[row - 1].rstrip("\r\n") if 0 < row <= len(lines) else None


def _notes(finding: Finding, report: Report) -> Iterator[str]:
    for related in finding.related:
        yield f"{report.place(related.path, related.location, related.cell)}: {printable(related.message)}"
    rule = rules()[finding.code]
    if rule.helper is not None:
        yield f"helper: {rule.helper}"
    yield f"help: s3lint rule {finding.name}"
