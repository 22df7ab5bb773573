"""Formats of reports: each is a module with the function `render(report) -> str`.

They may import what a run returns, and everything below the runner.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from json import dumps  # The package has a module `json` of its own.
from pathlib import Path
from typing import TYPE_CHECKING, cast

from s3lint.finding import Finding, Location
from s3lint.project.boundary import repository_root
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.linter.policy import AppliedSuppression

WIDTH = 80
"""Columns of a text report that is not written to a terminal."""


@frozen()
class Report:
    """The findings of a run, in order, and how to show them.

    `root` is the folder that paths are shown relative to, `color` whether to use terminal colours, `width` the columns of a line.
    """

    findings: list[Finding]
    root: Path
    color: bool = False
    width: int = WIDTH
    suppressions: tuple[AppliedSuppression, ...] = ()
    errors: tuple[str, ...] = ()
    baselined: tuple[Finding, ...] | None = None
    """The findings that a baseline lists; None for a run without one."""

    def place(self, path: Path, location: Location, cell: int | None) -> str:
        """Format a place as `path:row:column`, in a notebook as `path:cell 3:row:column`."""
        inside = f":cell {cell}" if cell is not None else ""
        return f"{self.shown(path)}{inside}:{location.row}:{location.column}"

    def shown(self, path: Path) -> str:
        """Format a path for people: relative to the root if it is below, with control characters escaped."""
        return printable(str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path))

    def posix(self, path: Path) -> str:
        """Format a path for other programs: with `/`, relative to the root if it is below."""
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()


WORKSPACES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables by which jobs of GitHub and of GitLab name the folder of the checkout."""


def in_repository(report: Report) -> Report:
    """Return the report with paths relative to the repository, as servers know files, from whichever folder of it s3lint runs."""
    folders = [Path(os.environ[name]) for name in WORKSPACES if os.environ.get(name)]
    root = next((folder for folder in folders if report.root.is_relative_to(folder)), None)
    return replace(report, root=root or repository_root(report.root) or report.root)


LOG_COMMAND = re.compile(r"##(?=\w*\[)|(?<!\S)::(?=[A-Za-z])")
"""What begins a command in a job's log: `##[error]` for GitHub's and Azure's runners, `##vso[…]` and `##teamcity[…]` anywhere; `::error::` at
the start of a line, with space before it or not. Where a line of a report is wrapped, its words begin lines.
"""


@lru_cache(maxsize=16)  # All findings on a line show it.
def printable(text: str) -> str:
    """Escape control characters and undecodable bytes, so that no checked file can drive a terminal or the server that reads a job's log."""
    shown = (
        text if text.isprintable() else "".join(character if character.isprintable() else _escaped(character) for character in text)
    )
    return _without_commands(shown)


def _without_commands(text: str) -> str:
    """Return a text with the second sign of what begins a command escaped, as JSON may have it in a string."""
    return LOG_COMMAND.sub(lambda match: f"{match[0][0]}\\u{ord(match[0][1]):04x}", text)


def as_json(value: object, indent: int | None = None) -> str:
    """Write JSON of ASCII alone, which no terminal and no server takes for a command, and any output encoding can write."""
    return _without_commands(dumps(value, indent=indent))


def _escaped(character: str) -> str:
    return character if character == "\t" else character.encode("unicode_escape", "surrogatepass").decode()


def renderer(name: str) -> Callable[[Report], str]:
    """Import the `render` function of a format. Formats are imported when used: some need `rich` or XML."""
    module = import_module(f"s3lint.reports.{name}")
    return cast("Callable[[Report], str]", module.render)
