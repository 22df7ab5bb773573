"""What the analysis of one file gives, before the policy decides which findings are reported. Imports nothing that parses code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from pathlib import Path

from s3lint.finding import Finding, Location
from s3lint.project.dependencies import Dependency
from s3lint.project.searches import Search
from s3lint.source.notebooks import Cells, Masks
from s3lint.support.frozen import frozen
from s3lint.suppressions.directives import Suppression

NOTHING_MASKED = Masks()


@frozen()
class Result:
    """The findings that the calls in one file give rise to, and the suppressions in its comments.

    Findings may be located in other files: a literal is reported where it is written. `errors` are failures inside s3lint, one line each.
    """

    path: Path
    findings: tuple[Finding, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    """Where no finding lies in the file, only those that are worth a report though they suppress nothing."""
    errors: tuple[str, ...] = ()
    cells: Cells | None = None
    """The cells of a notebook. Until `shown` maps them, its findings count the rows of all cells as one text."""
    masks: Masks = NOTHING_MASKED
    elsewhere: tuple[tuple[Path, tuple[Suppression, ...]], ...] = ()
    """The suppressions in other files that its findings lie in: such a file may mention no storage itself."""
    # A cached result equals one that was just made, although it carries no dependencies: equality leaves them out.
    dependencies: tuple[Dependency, ...] = field(default=(), compare=False, repr=False)
    """Files, folders and searches of the project that the result depends on, beside the file itself."""
    searched: tuple[tuple[Search, tuple[Path, ...]], ...] = field(default=(), compare=False, repr=False)
    """Searches that this analysis was the first to make, with the files that they matched."""

    def shown(self, findings: Iterable[Finding]) -> list[Finding]:
        """Map findings to rows as users count them, without fixes that would change masked code. Sorted by place."""
        written = [
            finding if finding.fix is None or self.masks.allow(finding.fix) else replace(finding, fix=None) for finding in findings
        ]
        placed = [finding if self.cells is None else self.cells.shown(finding) for finding in written]
        return sorted(placed, key=lambda finding: finding.order)

    def place(self, suppression: Suppression) -> tuple[int | None, Location]:
        """Return the cell (None outside notebooks) and the row and column of a suppression, as users count them."""
        location = Location(suppression.row, suppression.column + 1)
        return (None, location) if self.cells is None else self.cells.place(location)
