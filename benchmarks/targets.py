"""Define the targets of speed, and tell whether a run meets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Measured = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target, its bound and the measured value; None if the run did not measure it."""

    name: str
    bound: float
    value: float | None

    @property
    def met(self) -> bool | None:
        return None if self.value is None else self.value <= self.bound


def against(group: str, program: str, other: str) -> Callable[[Measured], float | None]:
    """Return the ratio of CPU times."""

    def value(found: Measured) -> float | None:
        cost = next((each for each in found["costs"].get(group, ()) if each["program"] == program), None)
        return cost["against"][other]["cpu"] if cost is not None and other in cost["against"] else None

    return value


MANY = 40_000
"""Number of files up to which growth must be measured for a verdict."""


def growth(found: Measured) -> float | None:
    """Return the CPU time per file at the largest size, as a multiple of that at the smallest."""
    each = {size["files"]: size["cpu"] / size["files"] for size in found["growth"] if not size["whole"]}
    return float(each[MANY] / each[min(each)]) if MANY in each else None


def memory(*, whole: bool) -> Callable[[Measured], float | None]:
    """Return the megabytes of the largest process at a number of files, in one repository or in many."""

    def value(found: Measured) -> float | None:
        return next((size["memory"] for size in found["growth"] if size["files"] == MANY and size["whole"] is whole), None)

    return value


MANY_COPIES = 16
"""Number of copies of a package up to which their growth must be measured for a verdict."""


def growth_of_copies(found: Measured) -> float | None:
    """Return the CPU time per file over most copies of a package, as a multiple of that over one."""
    each = {size["copies"]: size["cpu"] / size["files"] for size in found.get("copies", ())}
    return float(each[MANY_COPIES] / each[1]) if MANY_COPIES in each and 1 in each else None


def memory_of_copies(found: Measured) -> float | None:
    return next((size["memory"] for size in found.get("copies", ()) if size["copies"] == MANY_COPIES), None)


def edit(name: str) -> Callable[[Measured], float | None]:
    """Return one of the figures of `benchmarks.edits`."""
    return lambda found: found["edits"][name] if "edits" in found else None


def dearest_edit(found: Measured) -> float | None:
    return max(found["edits"]["edited"].values()) if "edits" in found else None


def dearest_analysis(found: Measured) -> float:
    return max(float(each["of_files"]) for each in found["analysis"])


TARGETS: tuple[tuple[str, float, Callable[[Measured], float | None]], ...] = (
    ("storage-heavy, cold, against flake8", 0.25, against("storage-heavy", "s3lint", "flake8")),
    ("storage-heavy, cold, against Fixit with one rule", 0.06, against("storage-heavy", "s3lint", "fixit, one rule")),
    ("neutral, cold, against flake8", 0.03, against("neutral", "s3lint", "flake8")),
    ("neutral, cold, against ruff", 3, against("neutral", "s3lint", "ruff")),
    ("storage-heavy, warm cache, against flake8", 0.02, against("storage-heavy", "s3lint, warm cache", "flake8")),
    ("storage-heavy, warm cache, against ruff", 3, against("storage-heavy", "s3lint, warm cache", "ruff")),
    ("flake8 with the plugin against without, neutral", 1.05, against("neutral", "flake8 with the plugin", "flake8")),
    ("flake8 with the plugin against without, storage-heavy", 1.2, against("storage-heavy", "flake8 with the plugin", "flake8")),
    ("`s3lint version` against `python -c pass`", 4, lambda found: found["start_up"]["cpu"]),
    ("neutral with one storage file, cold, against ruff", 3, edit("mixed")),
    ("one edited file of 2,000, the others cached, in CPU seconds, for the kind of file where it takes longest", 1, dearest_edit),
    ("one file of a project of 2,000, cold, in CPU seconds", 1.5, edit("single")),
    ("three files of a project of 2,000, cold, in CPU seconds", 2, edit("three")),
    ("flake8 with the plugin on one storage file against s3lint and flake8 alone", 1, edit("plugin")),
    (
        "server, from a change to its diagnostics (95th percentile), in parses of the file",
        1,
        lambda found: found["latency"]["ratio"],
    ),
    ("1,200 findings fixed in one file, in parses of it", 5, lambda found: found["fixing"]["parses"]),
    ("memory of the largest process over 40,000 files of many repositories, in MB", 250, memory(whole=False)),
    ("memory of the largest process over 40,000 files of one repository, in MB", 250, memory(whole=True)),
    ("CPU time for each file, most files against fewest", 1, growth),
    ("CPU time for each file, 16 copies of a package with callers against one", 1.2, growth_of_copies),
    ("memory of a process over 16 copies of a package with callers, in MB", 250, memory_of_copies),
    ("analysis, in parses of the files that mention storage, in the package where it costs most", 0.5, dearest_analysis),
)


def verdicts(found: Measured) -> list[Verdict]:
    return [Verdict(name, bound, value(found)) for name, bound, value in TARGETS]
