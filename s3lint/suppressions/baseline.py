"""Baseline: a file of existing findings, so that only new ones are reported.

Findings are matched by rule, file and content rather than by row, so that lines may move, formatters may run and files may be renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.errors import ConfigurationError
from s3lint.finding import Finding
from s3lint.project.discovery import is_notebook
from s3lint.project.files import MAX_READ_BYTES
from s3lint.registry import rules
from s3lint.source.notebook_edits import cell_source
from s3lint.source.text import Source, Unreadable, between, split_lines
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.project.targets import Target
    from s3lint.settings import Settings

NAME = ".s3lint-baseline.json"
VERSION = 1

MAX_BASELINE_BYTES = 100_000_000

MAX_COUNT = 10_000
"""Findings of one entry, which have the same text in the same file."""

MAX_EXCERPT_CHARACTERS = 60
"""Characters of a finding's text that are shown to whoever reads the file."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """The identity of a finding, which several may share. `file` is relative to the folder of the baseline, `content` a digest."""

    file: str
    code: str
    content: str
    text: str = field(default="", compare=False)


@frozen()
class Matched:
    """Findings compared with a baseline: the new ones, the entries of the known ones, and the entries that nothing matches."""

    new: list[Finding]
    known: Counter[Entry]
    unmatched: Counter[Entry]


@frozen()
class Baseline:
    """The entries of a baseline file, each with its number of findings."""

    path: Path
    entries: Counter[Entry] = field(default_factory=Counter)

    def match(self, found: Iterable[tuple[Finding, str]]) -> Matched:
        """Match findings, each given with its code. Entries of deleted files match findings of any file, so that renames keep them."""
        left, known, rest = Counter(self.entries), Counter[Entry](), list[tuple[Finding, Entry]]()
        for finding, text in found:
            entry = self.entry(finding, text)
            if left[entry] > 0:
                left[entry] -= 1
                known[entry] += 1
            else:
                rest.append((finding, entry))
        # Second pass, for what no entry of its own file matches: a finding may use up an entry of a file that was renamed.
        gone: dict[tuple[str, str], list[Entry]] = {}
        for each in sorted((+left).elements()) if rest else ():
            if self.is_gone(each):
                gone.setdefault((each.code, each.content), []).append(each)
        new = []
        for finding, entry in rest:
            moved = gone.get((entry.code, entry.content))
            if moved:
                left[moved.pop(0)] -= 1
                known[entry] += 1
            else:
                new.append(finding)
        return Matched(new, known, +left)

    def is_gone(self, entry: Entry) -> bool:
        """Return whether the file of an entry does not exist any more."""
        return not (self.path.parent / entry.file).exists()

    def entry(self, finding: Finding, text: str) -> Entry:
        """Return the entry of a finding with this code."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return Entry(
            Path(os.path.relpath(finding.path, self.path.parent)).as_posix(), finding.code, digest, text[:MAX_EXCERPT_CHARACTERS]
        )

    def written(self) -> str:
        """Return the text of the file: one entry a line, sorted, so that git merges branches."""
        rows = [json.dumps(_row(entry, count), ensure_ascii=False) for entry, count in sorted((+self.entries).items())]
        listed = "[\n    " + ",\n    ".join(rows) + "\n  ]" if rows else "[]"
        return f'{{\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'


def _row(entry: Entry, count: int) -> dict[str, Any]:
    return {"file": entry.file, "code": entry.code, "content": entry.content, "count": count, "text": entry.text}


@frozen()
class Scope:
    """The files of a run to which a baseline applies. `whole`: the run covers all files that the baseline may list."""

    files: frozenset[Path]
    whole: bool

    def stale(self, baseline: Baseline, unmatched: Counter[Entry]) -> Counter[Entry]:
        """Return the unmatched entries that are fixed for certain: the run would have found their findings."""
        return Counter({entry: count for entry, count in unmatched.items() if self.whole or self._covers(entry, baseline)})

    def _covers(self, entry: Entry, baseline: Baseline) -> bool:
        """Return whether the run checked the file of an entry by a rule that needs no other file."""
        rule = rules().get(entry.code)
        checked = Path(os.path.normpath(baseline.path.parent / entry.file)) in self.files
        return checked and (rule is None or not rule.whole_project)


def scopes(targets: Iterable[Target], path_of: Callable[[Settings], Path | None]) -> dict[Path, Scope]:
    """Return the baselines of a run, sorted, each with the files to which it applies. `path_of` returns the baseline of settings."""
    found: dict[Path, list[Target]] = {}
    for target in targets:
        path = path_of(target.settings)
        if path is not None:
            found.setdefault(path, []).append(target)
    return {path: Scope(frozenset(one.path for one in own), _is_whole(path, own)) for path, own in sorted(found.items())}


def _is_whole(path: Path, own: list[Target]) -> bool:
    around = any(path.is_relative_to(root) for root in {one.settings.root for one in own})
    return around and not any(one.partial for one in own)


def load(path: Path) -> Baseline:
    """Load a baseline file, once for each version of it. Raises `ConfigurationError` if it cannot be read."""
    try:
        status = path.stat()
    except OSError as error:
        raise ConfigurationError(f"{path}: the baseline cannot be read: {error.strerror}; `s3lint baseline` writes it") from None
    return _load(path, status.st_mtime_ns, status.st_size)


@cache
def _load(path: Path, _changed: int, _size: int) -> Baseline:
    try:
        data = json.loads(read_bounded(path, MAX_BASELINE_BYTES))
        if data["version"] != VERSION:
            version = data["version"] if type(data["version"]) is int else "?"
            raise ConfigurationError(f"{path}: version {version} of the baseline's format is not known: update s3lint")
        return Baseline(path, Counter(dict(map(_entry, data["findings"]))))
    except OSError as error:
        raise ConfigurationError(f"{path}: the baseline cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = error if isinstance(error, json.JSONDecodeError) else "an entry is not as `s3lint baseline` writes it"
        raise ConfigurationError(f"{path} is no baseline: {said}") from None


def _entry(row: Mapping[str, Any]) -> tuple[Entry, int]:
    """One row of the file, and how often it counts. Raises `ValueError`, `KeyError` or `TypeError` for one that s3lint does not write."""
    texts = (row["file"], row["code"], row["content"], row.get("text", ""))
    count = row["count"]
    if (
        not all(isinstance(text, str) and "\0" not in text for text in texts)
        or type(count) is not int
        or not 0 < count <= MAX_COUNT
    ):
        raise ValueError
    return Entry(*texts), count


def with_contents(findings: Sequence[Finding], overlay: Mapping[Path, bytes] | None = None) -> list[tuple[Finding, str]]:
    """Return each finding with its code, normalised so that formatters do not change it. Files are read at most once."""
    lines: dict[tuple[Path, int | None], list[str]] = {}
    made = []
    for finding in findings:
        place = (finding.path, finding.cell)
        if place not in lines:
            lines[place] = _lines(*place, overlay or {})
        made.append((finding, _content(finding, lines[place])))
    return made


def _lines(path: Path, cell: int | None, overlay: Mapping[Path, bytes]) -> list[str]:
    try:
        data = overlay[path] if path in overlay else read_bounded(path, MAX_READ_BYTES)
        if is_notebook(path.name):
            return split_lines(cell_source(data, cell)) if cell is not None else []
        return Source.decode(path, data).lines
    except (OSError, Unreadable):
        return []


TRAILING_COMMA = re.compile(r",(?=[)\]}])")


def _content(finding: Finding, lines: list[str]) -> str:
    """Return the code of a finding without whitespace, kinds of quotes and trailing commas; for an empty range the whole line."""
    if finding.end.row > len(lines):
        return ""
    text = between(lines, finding.start, finding.end) or lines[finding.start.row - 1]
    return TRAILING_COMMA.sub("", "".join(text.split()).replace("'", '"'))
