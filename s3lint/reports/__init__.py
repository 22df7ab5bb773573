"""How findings are written. Each format is a module with one function, `render(report) -> str`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from s3lint.finding import Finding, Location

if TYPE_CHECKING:
    from s3lint.linter.policy import AppliedSuppression

WIDTH = 80
"""Columns of a report for people that does not go to a terminal."""


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a run, in order.

    `root` is the folder that paths are shown relative to, `color` whether to use it, `width` the columns that a line may have.
    """

    findings: list[Finding]
    root: Path
    color: bool = False
    width: int = WIDTH
    suppressions: tuple[AppliedSuppression, ...] = ()
    errors: tuple[str, ...] = ()

    def place(self, path: Path, location: Location, cell: int | None) -> str:
        """`path:row:column`, in a notebook `path:cell 3:row:column`."""
        inside = f":cell {cell}" if cell is not None else ""
        return f"{self.shown(path)}{inside}:{location.row}:{location.column}"

    def shown(self, path: Path) -> str:
        """A path as people read it: relative to the current folder where it lies below."""
        return printable(str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path))

    def posix(self, path: Path) -> str:
        """A path as other programs read it: with `/`, relative where it lies below the root."""
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()


def printable(text: str) -> str:
    """The text with control characters and undecodable bytes written out, so that no file can drive a terminal."""
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def _escaped(character: str) -> str:
    return character if character == "\t" else character.encode("unicode_escape", "surrogatepass").decode()


def renderer(name: str) -> Callable[[Report], str]:
    module = import_module(f"s3lint.reports.{name}")
    return cast("Callable[[Report], str]", module.render)
