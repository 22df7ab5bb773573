"""Who wrote a line, and when, as far as git knows."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path

UNCOMMITTED = "0" * 40


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever last changed a line. `day` is in UTC; a line that is not committed yet has no author."""

    name: str
    day: date


def authors(path: Path, rows: Iterable[int]) -> dict[int, Author]:
    """The authors of some lines of a file; none where git, a repository or a commit is missing."""
    ranges = [part for row in sorted(set(rows)) for part in ("-L", f"{row},{row}")]
    command = ["git", "-c", "core.fsmonitor=false", "blame", "--line-porcelain", *ranges, "--", path.name]
    try:
        done = subprocess.run(command, cwd=path.parent, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return {}
    return dict(_read(done.stdout.decode("utf-8", "replace"))) if done.returncode == 0 else {}


def _read(text: str) -> Iterator[tuple[int, Author]]:
    """Each line begins with its commit and row, and ends with its source behind a tab."""
    commit, row, known = "", 0, dict[str, str]()
    for line in text.split("\n"):
        if line.startswith("\t"):
            if commit != UNCOMMITTED:
                yield row, Author(known["author"], datetime.fromtimestamp(int(known["author-time"]), timezone.utc).date())
            commit = ""
        elif not commit:
            parts = line.split(" ")
            commit, row, known = parts[0], int(parts[2]) if len(parts) > 2 else 0, {}
        else:
            key, _, value = line.partition(" ")
            known[key] = value
