"""The report for people: place, source with carets, data flow of the value, fix and help."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from s3lint.finding import Finding, Severity
from s3lint.registry import rules
from s3lint.reports import Report, printable
from s3lint.reports.excerpts import line_of

TAB_COLUMNS = 4
"""Columns of a tab in an excerpt. Tab stops are not needed: the line above the carets is written with the same spaces."""

Line = list[tuple[str, str]]
"""Parts of a line, each with its style in the terms of `rich`, which is imported only for a report in colours."""

MAX_SHOWN = 3
"""Related places of a finding that are shown; other formats have them all."""

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}

MIN_COLUMNS = 20
"""Columns of source that are shown in the narrowest terminal."""

REACH = 8
"""Characters for each column in which the parts of an excerpt are sought: some characters take no column, and a line may be endless."""


def render(report: Report) -> str:
    """Render a block for each finding. The helper and the page of a rule are named with its first finding only."""
    explained: set[str] = set()
    blocks = []
    for finding in report.findings:
        blocks.append(_block(finding, report, is_first=finding.code not in explained))
        explained.add(finding.code)
    return "\n\n".join(blocks)


def _block(finding: Finding, report: Report, *, is_first: bool) -> str:
    lines = [
        _title(finding, report),
        *([(line, "")] for line in _wrapped(printable(finding.message), report.width, "  ", "  ")),
        *_excerpt(finding, report.width),
    ]
    for note in (*_notes(finding, report), *(_help(finding) if is_first else ())):
        lines += [[(line, "dim")] for line in _wrapped(note, report.width, "  = ", "    ")]
    return "\n".join(_styled(line, color=report.color) for line in lines)


def _title(finding: Finding, report: Report) -> Line:
    title = [
        (report.place(finding.path, finding.start, finding.cell), "bold"),
        (" ", ""),
        (finding.code, STYLES[finding.severity]),
        (f" {finding.name}", "cyan"),
    ]
    # What is usual is not written: most findings are warnings of high confidence.
    unusual = [str(finding.severity)] if finding.severity is not Severity.WARNING else []
    if finding.confidence.name != "HIGH":
        unusual.append(f"{finding.confidence} confidence")
    if unusual:
        title.append((f" ({', '.join(unusual)})", "dim"))
    return title


def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    """Wrap a text. Long words such as paths and bucket names stay whole, so that they can be copied."""
    return textwrap.wrap(
        text, max(width, MIN_COLUMNS), initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _styled(line: Line, *, color: bool) -> str:
    if not color:
        return "".join(text for text, _ in line)
    from rich.console import Console
    from rich.text import Text

    console = Console(force_terminal=True, color_system="standard", width=10_000, highlight=False, soft_wrap=True)
    with console.capture() as capture:
        console.print(Text.assemble(*line), end="")
    return capture.get()


def _excerpt(finding: Finding, width: int) -> Iterator[Line]:
    line = line_of(finding.path, finding.start.row, finding.cell)
    if line is None:
        return
    gutter = f"{finding.start.row:4} | "
    end = finding.end.column if finding.end.row == finding.start.row else len(line) + 1
    width = max(width - len(gutter), MIN_COLUMNS)
    before, marked, after = (
        printable(part).replace("\t", " " * TAB_COLUMNS) for part in _parts(line, finding.start.column - 1, end - 1, REACH * width)
    )
    before, marked, after = _shortened(before, marked, after, width)
    yield [(f"{gutter}{before}{marked}{after}", "")]
    yield [(f"{' ' * (len(gutter) - 2)}| {' ' * _columns(before)}", ""), ("^" * max(1, _columns(marked)), "bold red")]


def _columns(text: str) -> int:
    """Return the columns of a terminal that a text takes: East Asian characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _parts(line: str, start: int, end: int, size: int) -> tuple[str, str, str]:
    """Return a part of a line, and what lies around it, each with so many characters at most."""
    behind = max(start, end)
    return line[max(start - size, 0) : start], line[start : min(end, start + size)], line[behind : behind + size]


def _shortened(before: str, marked: str, after: str, width: int) -> tuple[str, str, str]:
    """Shorten the parts of a line to `width` columns together: the marked part is cut least, then the part before it."""
    if _columns(before) + _columns(marked) + _columns(after) <= width:
        return before, marked, after
    marked = _head(marked, width * 3 // 4)
    left = width - _columns(marked)
    if _columns(before) >= left:
        before = _tail(before, left - min(_columns(after), max(1, left // 4)))
    return before, marked, _head(after, left - _columns(before))


def _head(text: str, width: int) -> str:
    if _columns(text) <= width:
        return text
    while text and _columns(text) > width - 1:
        text = text[: min(len(text) - 1, width - 1)]
    return f"{text}…"


def _tail(text: str, width: int) -> str:
    return _head(text[::-1], width)[::-1]


def _notes(finding: Finding, report: Report) -> Iterator[str]:
    for related in finding.related[:MAX_SHOWN]:
        yield f"{report.place(related.path, related.location, related.cell)}: {printable(related.message)}"
    if len(finding.related) > MAX_SHOWN:
        yield f"and {len(finding.related) - MAX_SHOWN} more"
    if finding.fix is not None:
        yield f"fix: {printable(finding.fix.message)} ({'--fix' if finding.fix.safe else '--fix --unsafe-fixes'})"


def _help(finding: Finding) -> Iterator[str]:
    rule = rules()[finding.code]
    if rule.helper is not None:
        yield f"helper: {rule.helper}"
    yield f"help: s3lint rule {finding.name}"
