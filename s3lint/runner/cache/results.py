"""The results of earlier runs that still hold, and those of this one for the next."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.project.dependencies import digest, read_of, text_of
from s3lint.runner.cache.contents import Contents
from s3lint.runner.cache.fingerprint import versions
from s3lint.runner.cache.folder import made
from s3lint.runner.cache.freshness import Present
from s3lint.runner.cache.store import Entry, Store, Stored, Update

if TYPE_CHECKING:
    from s3lint.linter.result import Result
    from s3lint.project.targets import Target
    from s3lint.settings import Settings

SEARCHES = b"searches"

LATER = frozenset(
    {
        "per_file_ignores", "min_confidence", "force_exclude", "baseline", "unfixable", "extend_safe_fixes", "extend_unsafe_fixes",
        "require_reason", "source",
    }
)  # fmt: skip
"""Settings that are applied to results whenever they are reported."""


class Cache:
    """The cache of one run, in a folder. Raises `OSError` where the folder cannot be made."""

    def __init__(self, folder: Path, walked: Path | None = None) -> None:
        """`walked` is the folder of which the run checks every file."""
        self._walked = walked
        self._store = Store(made(folder), date.today().toordinal())
        self._contents = Contents(self._store.contents())
        self._presents: dict[str, Present] = {}
        self._variants: dict[int, str] = {}
        self._versions = versions(self._contents)
        self._reads: dict[str, set[str]] = {}
        """For each variant what the results of this run rest on."""
        self._update = Update(contents=self._contents.learnt)

    def results(self, targets: Iterable[Target]) -> dict[Path, Result]:
        """The results of earlier looks at which nothing has changed."""
        from s3lint.runner.cache.serialize import read

        found: dict[Path, Result] = {}
        for variant, own in self._by_variant(targets).items():
            stored = self._store.entries(variant, [_key(target) for target in own])
            holding = self._holding(variant, stored.values())
            rest = self._reads.setdefault(variant, set())
            for target in own:
                entry = stored.get(_key(target))
                content = self._contents.of(target.path)
                if entry is not None and content is not None and content.raw == entry.digest and holding.keys() >= set(entry.reads):
                    found[target.path] = read(target.path, entry.value)
                    self._update.used.append((variant, _key(target)))
                    rest.update(holding[number] for number in entry.reads)
        return found

    def keep(self, targets: Iterable[Target], results: Iterable[Result]) -> None:
        """Remembers looks at files. What changed while they were looked at is not remembered, nor what went wrong."""
        looked = {result.path: result for result in results}
        for variant, own in self._by_variant(targets).items():
            for target in own:
                result = looked.get(target.path)
                if result is not None:
                    self._presents[variant].learn(result.searched, result.reads)
                    self._keep(variant, target, result)
        for variant, present in self._presents.items():
            searches = present.written()
            if searches is not None:
                self._update.entries[variant, SEARCHES] = Entry("", (), searches)
            self._update.used.append((variant, SEARCHES))
        self._save()

    def run(self, name: str, targets: Sequence[Target]) -> str | None:
        """What a run of a name over the same files said, if it would say the same now."""
        said = None
        key = self._run_key(name, targets)
        for variant, own in self._by_variant(targets).items():
            entry = self._store.entries(variant, [key]).get(key)
            if entry is None or entry.digest != self._digest(own) or not self._holding(variant, [entry]).keys() >= set(entry.reads):
                return None
            said = entry.value
            self._update.used += [(variant, key), (variant, SEARCHES), *((variant, _key(target)) for target in own)]
        self._save()
        return said

    def keep_run(self, name: str, targets: Sequence[Target], said: str) -> None:
        """Remembers what a run said whose results are kept, unless a file has changed meanwhile."""
        if all(self._contents.is_steady(target.path) for target in targets):
            for variant, own in self._by_variant(targets).items():
                entry = Entry(self._digest(own), self._reads.get(variant, set()), said)
                self._update.entries[variant, self._run_key(name, targets)] = entry
            self._save()

    def _run_key(self, name: str, targets: Iterable[Target]) -> bytes:
        """Reports depend on the day, on which suppressions end, and on settings that results do not depend on."""
        every = {id(target.settings): target.settings for target in targets}
        parts = [name, date.today().isoformat(), *dict.fromkeys(map(repr, every.values()))]
        return b"run " + digest("\n".join(parts).encode("utf-8", "surrogateescape")).encode()

    def _digest(self, targets: Iterable[Target]) -> str:
        """What the files of a run hold."""
        contents = ((_key(target), self._contents.of(target.path)) for target in targets)
        return digest(b"\0".join(key + b" " + (content.raw if content is not None else "").encode() for key, content in contents))

    def _save(self) -> None:
        self._store.save(self._update)
        self._store.close()
        self._update = Update(contents=self._contents.learnt)

    def _keep(self, variant: str, target: Target, result: Result) -> None:
        from s3lint.runner.cache.serialize import written

        content = self._contents.of(target.path)
        if content is not None and not result.errors and self._contents.is_steady(target.path):
            reads = [text_of(each) for each in result.reads]
            self._update.entries[variant, _key(target)] = Entry(content.raw, reads, written(result))
            self._reads.setdefault(variant, set()).update(reads)

    def _holding(self, variant: str, stored: Iterable[Stored]) -> dict[int, str]:
        """The reads of entries that would find again what they found."""
        present = self._presents[variant]
        texts = self._store.reads(number for entry in stored for number in entry.reads)
        return {number: text for number, text in texts.items() if present.holds(read_of(text))}

    def _by_variant(self, targets: Iterable[Target]) -> dict[str, list[Target]]:
        found: dict[str, list[Target]] = {}
        for target in targets:
            found.setdefault(self._variant(target.settings), []).append(target)
        for variant, own in found.items():
            if len(found) == 1 and own[0].settings.root == self._walked:
                self._presents[variant].walked = [target.path for target in own]
        return found

    def _variant(self, settings: Settings) -> str:
        """What holds for all results under some settings, of which there may be many that are alike."""
        variant = self._variants.get(id(settings))
        if variant is None:
            parts = [f"{field.name}={getattr(settings, field.name)!r}" for field in fields(settings) if field.name not in LATER]
            variant = self._variants[id(settings)] = digest("\n".join([self._versions, *parts]).encode("utf-8", "surrogateescape"))
        if variant not in self._presents:
            searches = self._store.entries(variant, [SEARCHES]).get(SEARCHES)
            self._presents[variant] = Present(settings, self._contents, searches.value if searches is not None else "")
        return variant


def cache_for(folder: Path, paths: Sequence[Path], *, quiet: bool = False) -> Cache | None:
    """The cache of a run over some paths; None where none can be had, of which the user is told unless `quiet`."""
    try:
        return Cache(folder, paths[0] if len(paths) == 1 else None)
    except OSError as error:
        if not quiet:
            print(f"s3lint: warning: {folder}: nothing is remembered: {error.strerror or error}", file=sys.stderr)
        return None


def _key(target: Target) -> bytes:
    return (b"alone " if target.needs_neighbours else b"file ") + os.fsencode(target.path)
