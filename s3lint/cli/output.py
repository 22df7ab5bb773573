"""What a run says, and where it goes."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from s3lint.project.targets import Missing
from s3lint.reports import WIDTH


class Said(NamedTuple):
    """The report of a run, the line below it for people, and whether there are findings."""

    report: str
    summary: str
    found: bool


def put(said: Said, options: argparse.Namespace) -> None:
    """Raises `Missing` for a file that cannot be written."""
    if options.output_file is not None:
        write_file(Path(options.output_file), said.report)
        return
    if said.report:
        sys.stdout.write(said.report + "\n")
    if options.output_format == "text" and not options.quiet and not options.statistics:
        sys.stdout.write(said.summary + "\n")


def write_file(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Missing(f"{path}: the report cannot be written: {error.strerror or error}") from None


def in_color(options: argparse.Namespace) -> bool:
    """Whether the report is coloured: as asked for, else on terminals that can, unless NO_COLOR (https://no-color.org) is set."""
    if options.output_file is not None or options.color != "auto":
        return options.output_file is None and options.color == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_of(options: argparse.Namespace) -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns if options.output_file is None and sys.stdout.isatty() else WIDTH
