"""Ask git who last changed a line, and when. Lines that git does not know have no author."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path

UNCOMMITTED = "0" * 40


@dataclass(frozen=True, slots=True)
class Author:
    """The author of the last change of a line, and its day in UTC. Uncommitted lines have none."""

    name: str
    day: date


def authors(path: Path, rows: Iterable[int]) -> dict[int, Author]:
    """Return the authors of some lines of a file by row; empty where git, a repository or a commit is missing."""
    ranges = [part for row in sorted(set(rows)) for part in ("-L", f"{row},{row}")]
    # A repository may configure a program as its file system monitor, which git would run: the checked tree must not start anything.
    command = ["git", "-c", "core.fsmonitor=false", "blame", "--line-porcelain", *ranges, "--", path.name]
    try:
        done = subprocess.run(command, cwd=path.parent, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return {}
    return dict(_read(done.stdout.decode("utf-8", "replace"))) if done.returncode == 0 else {}


def _read(text: str) -> Iterator[tuple[int, Author]]:
    """Yield row and author of each line of `git blame --line-porcelain`: a header `commit old-row new-row`, keys, and the source."""
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
