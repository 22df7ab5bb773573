"""Find the owners of files by the `CODEOWNERS` of their repository, as GitHub and GitLab read it.

- https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
- https://docs.gitlab.com/user/project/codeowners/reference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from s3lint.project.boundary import leads_out, repository_root
from s3lint.project.patterns import spec_of
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen

PLACES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file may be; the first one counts."""

MAX_CODEOWNERS_BYTES = 3_000_000
"""Bytes of a file that is read: GitHub ignores larger ones."""

MAX_ENTRIES = 20_000
"""Entries of a file that counts. Each costs a tenth of a millisecond, and some microseconds for every file with findings."""

MAX_OWNERS = 100
"""Owners of one file: each finding in it has them in every report. Later ones are left out."""

MAX_OWNER_CHARACTERS = 255
"""Characters of an owner: no address of mail is longer, and no path of a group."""

SECTION = re.compile(r"\^?\[([^\]]*)\](?:\[\d+\])?(.*)")
"""A section of GitLab, with default owners behind it."""

WORD = re.compile(r"(?:\\.|[^\s\\])+")
"""A pattern or an owner; spaces in patterns have a backslash before them."""


@frozen()
class Entry:
    """A line of the file. Within a section the last entry that matches a path counts, and each section adds its owners."""

    section: str
    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Return whether it matches a path, relative to the repository. Unlike git's, `folder/*` does not reach into subfolders."""
        if self.pattern.endswith("/*") and path.count("/") != self.pattern.lstrip("/").count("/"):
            return False
        return bool(spec_of((self.pattern,)).match_file(path))


class Owners:
    """The owners that a file of owners names for the files of its repository."""

    def __init__(self, data: bytes) -> None:
        entries = list(islice(_parsed(data[:MAX_CODEOWNERS_BYTES].decode("utf-8-sig", "replace")), MAX_ENTRIES + 1))
        self._entries = tuple(reversed(entries)) if len(entries) <= MAX_ENTRIES else ()

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of a path, relative to the repository, such as `@acme/lake`."""
        found: dict[str, tuple[str, ...]] = {}
        for entry in self._entries:
            if entry.section not in found and entry.matches(path):
                found[entry.section] = entry.owners
        return tuple(islice(dict.fromkeys(owner for owners in reversed(found.values()) for owner in owners), MAX_OWNERS))


@cache
def owners_of(path: Path) -> tuple[str, ...]:
    """Return the owners of a file; empty without a repository, a file of owners or an entry for it."""
    root = repository_root(path.parent)
    return _owners_in(root).of(path.relative_to(root).as_posix()) if root is not None else ()


@cache
def _owners_in(root: Path) -> Owners:
    for name in PLACES:
        file = root / name
        try:
            return Owners(read_bounded(file, MAX_CODEOWNERS_BYTES) if not leads_out(file, root) else b"")
        except OSError:
            continue
    return Owners(b"")


def _parsed(text: str) -> Iterator[Entry]:
    section, defaults = "", tuple[str, ...]()
    for line in text.splitlines():
        row = line.strip()
        header = SECTION.fullmatch(row)
        if header is not None:
            section, defaults = header[1].strip().lower(), tuple(_owners(WORD.findall(header[2])))
        elif row and not row.startswith("#"):
            pattern, *words = WORD.findall(row)
            yield Entry(section, pattern, tuple(_owners(words)) or defaults)


def _owners(words: list[str]) -> Iterator[str]:
    """Yield the owners of a line, up to a comment."""
    for word in words:
        if word.startswith("#"):
            return
        if len(word) <= MAX_OWNER_CHARACTERS:
            yield word
