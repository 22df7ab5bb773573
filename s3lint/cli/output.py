"""Write reports to standard output or a file, and messages to standard error."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TextIO

from s3lint.errors import ConfigurationError, UsageError
from s3lint.project.boundary import leads_out_now, repository_root
from s3lint.reports import WIDTH, printable

FOR_PEOPLE = ("text", "concise")
"""Formats with a summary at the end. Other formats are read by programs, which a sentence would disturb."""


class RenderedReport(NamedTuple):
    """The report of a run as text, and the summary below it in the formats for people."""

    text: str
    summary: str


def write_report(report: RenderedReport, options: argparse.Namespace) -> None:
    """Write a report where the options want it. Raises `UsageError` for a file that cannot be written."""
    if options.output_file is not None:
        write_file(Path(options.output_file), report.text)
        return
    if report.text:
        sys.stdout.write(report.text + "\n")
    if options.output_format in FOR_PEOPLE and not options.quiet and not options.statistics:
        sys.stdout.write(report.summary + "\n")


def write_file(path: Path, text: str) -> None:
    """Write a text and a final newline as UTF-8; nothing for no text.

    Raises `UsageError` for a file that cannot be written, or lies behind a link out of the project.
    """
    if is_behind_link(path, [Path.cwd()]):
        raise UsageError(f"{path}: the report is not written through a link that leads out of the project")
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", opener=_opened) as file:
            file.write(f"{text}\n" if text else "")
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror or error}") from None


def _opened(path: str, flags: int) -> int:
    """Open a file. A pipe that nobody reads is refused, where opening it would wait for a reader."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(handle, True)
    return handle


def is_behind_link(path: Path, roots: Iterable[Path]) -> bool:
    """Tell whether a path in one of the projects with these roots is, or lies behind, a link that leads out of it."""
    return any(leads_out_now(Path(os.path.abspath(path)), repository_root(root) or root) for root in roots)


def print_error(message: object) -> None:
    """Print one line on standard error, of a wrong configuration one for each problem.

    Control characters of file names and code are escaped, so they cannot drive a terminal.
    """
    lines = message.args if isinstance(message, ConfigurationError) else (message,)
    # What was printed before comes first also where both streams go to one file. If that fails, it fails again at the end of the run.
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    try:
        print("\n".join(f"s3lint: {printable(str(line))}" for line in lines), file=sys.stderr)
    except OSError:
        # Standard error is closed or full: there is no other place to report that.
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Point a standard stream to the null device, so that the flush at exit does not fail again."""
    with suppress(OSError):  # a stream in the place of the standard one may have no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 finding`, `2 findings`, `2 entries`."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def in_color(options: argparse.Namespace) -> bool:
    """Whether to colour the report: as asked for, else by NO_COLOR (https://no-color.org), then FORCE_COLOR, else on capable terminals."""
    if options.output_file is not None or options.color != "auto":
        return options.output_file is None and options.color == "always"
    if os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR"):
        return True
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_of(options: argparse.Namespace) -> int:
    """The columns that a line of the report may have: those of the terminal, or `WIDTH` where there is none."""
    return shutil.get_terminal_size((WIDTH, 24)).columns if options.output_file is None and sys.stdout.isatty() else WIDTH
