"""What is known of the files of a project from earlier runs, so that those that did not change are not read again.

A summary belongs to the digest of the bytes from which it was made. Imports only `dependencies`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from s3lint.project.dependencies import digest

Kind = Literal["imports", "mentions", "words"]
"""The words in the imports of a file, whether it mentions storage, and a filter of its words (`word_index.filter_of`)."""

KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_SUMMARY_CHARACTERS = 10_000_000
"""Characters of the summaries of one kind that are stored: some 30,000 files. JSON takes six bytes for one."""

EMPTY = digest(b"")
"""The key of files that are not searched, which count as empty: their digest is unknown."""

T = TypeVar("T", bool, str)


class Summaries:
    """The summaries of the files of one project, of each kind."""

    def __init__(self, load: Callable[[Kind], str], digests: Callable[[], Mapping[Path, str]]) -> None:
        """`load` returns what an earlier run stored, `digests` those of the files as they are; both are called when something is asked."""
        self._load = load
        self._digests = digests
        self._known: dict[Kind, dict[str, Any]] = {}
        self._grown: set[Kind] = set()

    def of(self, kind: Kind, path: Path, content: Callable[[Path], bytes], summarize: Callable[[bytes], T]) -> T:
        """Return a summary of a file; the file is read if there is none."""
        if kind not in self._known:
            stored = self._load(kind)
            self._known[kind] = json.loads(stored) if stored else {}
        known = self._known[kind]
        key = self._digests().get(path) or EMPTY
        if key not in known:
            data = content(path)
            # What was read counts: the file may have changed since its digest was taken.
            key = digest(data)
            if key not in known:
                known[key] = summarize(data)
                self._grown.add(kind)
        found: T = known[key]
        return found

    def serialize(self, kind: Kind) -> str | None:
        """Return the summaries of the files that there are, for the next run; None if an earlier run stored all of them.

        Past `MAX_SUMMARY_CHARACTERS` it returns none of them.
        """
        if kind not in self._grown:
            return None
        there = {key or EMPTY for key in self._digests().values()}
        kept = {key: found for key, found in self._known[kind].items() if key in there}
        return json.dumps(kept if sum(len(str(found)) for found in kept.values()) <= MAX_SUMMARY_CHARACTERS else {})
