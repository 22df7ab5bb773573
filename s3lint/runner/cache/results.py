"""Read fresh results of earlier runs from the cache, and store those of this run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.project.dependencies import Dependency, FileDependency, dependency_of, digest, json_of
from s3lint.runner.cache.contents import Contents
from s3lint.runner.cache.fingerprint import fingerprint
from s3lint.runner.cache.folder import open_folder
from s3lint.runner.cache.freshness import PARTS, Freshness, Part
from s3lint.runner.cache.store import Entry, Store, Stored, Update

if TYPE_CHECKING:
    from s3lint.linter.result import Result
    from s3lint.project.loader import Extents
    from s3lint.project.targets import Target
    from s3lint.settings import Settings

APPLIED_LATER = frozenset(
    {
        "per_file_ignores", "min_confidence", "force_exclude", "baseline", "unfixable", "extend_safe_fixes", "extend_unsafe_fixes",
        "require_reason", "forbid_bare_noqa", "severity", "source",
    }
)  # fmt: skip
"""Settings that do not influence results: the policy applies them whenever results are reported."""


class Cache:
    """The cache of one run over a project. Raises `OSError` if its folder cannot be created, or not be trusted."""

    def __init__(self, folder: Path | None, root: Path, covered: Path | None = None) -> None:
        """`folder` is None for the project's own in the user's cache folder; `covered` the folder that this run covers completely, if any."""
        self._covered = covered
        self._store = Store(*open_folder(folder, root), date.today().toordinal())
        self._contents = Contents(self._store.contents())
        self._projects: dict[str, Freshness] = {}
        self._variants: dict[int, tuple[Settings, str]] = {}
        """Keys by the identity of the settings, which are kept here so that no others take it."""
        self._fingerprint = fingerprint(self._contents)
        self._update = Update(contents=self._contents.learnt)
        self._rows: dict[tuple[Path, str], list[object]] = {}

    def results(self, targets: Iterable[Target]) -> dict[Path, Result]:
        """Return the fresh results among the targets by path."""
        from s3lint.runner.cache.serialize import deserialize

        found: dict[Path, Result] = {}
        by_variant = self._by_variant(targets)
        self._tell_covered(by_variant)
        for variant, own in by_variant.items():
            stored = self._stored(variant, own)
            fresh = self._fresh(variant, [entry for _, entry in stored])
            for target, entry in stored:
                if fresh.issuperset(entry.dependencies):
                    with suppress(ValueError, TypeError, KeyError):  # a row of another form counts as missing
                        result = deserialize(target.path, entry.value)
                        if not self._projects[variant].has_moved(result):
                            found[target.path] = result
                            self._update.used.append((variant, _key(target)))
            self._projects[variant].stale = sum(target.path not in found for target in own)
        self._store.close()  # No connection may be used by the processes that are forked from this one.
        return found

    def _tell_covered(self, by_variant: Mapping[str, Sequence[Target]]) -> None:
        """Tell a project of which all files are checked that these are its files. Once: what a run asks later is about some of them."""
        for variant, own in by_variant.items():
            if len(by_variant) == 1 and own[0].settings.root == self._covered:
                self._projects[variant].covered = [target.path for target in own]
        self._covered = None

    def _stored(self, variant: str, targets: Sequence[Target]) -> list[tuple[Target, Stored]]:
        """Return those of the targets whose own bytes are unchanged since an entry was stored, each with its entry."""
        stored = self._store.entries(variant, [_key(target) for target in targets])
        found = ((target, stored.get(_key(target)), self._contents.of(target.path)) for target in targets)
        return [(target, entry) for target, entry, content in found if entry and content and content.raw == entry.digest]

    def project(self, settings: Settings) -> Freshness:
        """Return what is known of the project that has these settings."""
        return self._projects[self._variant(settings)]

    def keep(self, targets: Iterable[Target], results: Iterable[Result], extents: Extents | None = None) -> None:
        """Store new results. Results with errors, and of files that changed during the run, are not stored.

        `extents` tells what the run read of the files that results depend on.
        """
        self._rows = {version: extent.row() for version, extent in (extents or {}).items()}
        by_path = {result.path: result for result in results}
        for variant, own in self._by_variant(targets).items():
            for target in own:
                result = by_path.get(target.path)
                if result is not None:
                    self._projects[variant].learn(result.searched, result.dependencies)
                    self._keep(variant, target, result)
            project = self._projects[variant]
            for part in PARTS:
                known = project.serialize(part)
                if known is not None:
                    self._update.entries[variant, part.encode()] = Entry("", (), known)
                self._update.used.append((variant, part.encode()))
        self._save()

    def _save(self) -> None:
        self._store.save(self._update)
        self._store.close()
        self._contents.learnt.clear()  # A run over many projects saves once for each: what is stored is not stored again.
        self._update = Update(contents=self._contents.learnt)

    def _keep(self, variant: str, target: Target, result: Result) -> None:
        from s3lint.runner.cache.serialize import serialize

        content = self._contents.of(target.path)
        if content is not None and not result.errors and self._contents.is_steady(target.path):
            # With its dependents analysed for it, a result also depends on which files mention storage: on their whole texts.
            noted = result.dependencies if target.needs_dependents else map(self._with_extent, result.dependencies)
            reads = [json_of(each) for each in noted]
            self._update.entries[variant, _key(target)] = Entry(content.raw, reads, serialize(result))

    def _with_extent(self, dependency: Dependency) -> Dependency:
        """Add what the run read of a file: more than the result itself did, perhaps, and never less."""
        if isinstance(dependency, FileDependency) and dependency.digest is not None:
            row = self._rows.get((dependency.path, dependency.digest), ())
            return replace(dependency, extent=tuple(row))
        return dependency

    def _fresh(self, variant: str, stored: Iterable[Stored]) -> set[int]:
        """Return the numbers of the dependencies of entries that are unchanged."""
        project = self._projects[variant]
        texts = self._store.dependencies(number for entry in stored for number in entry.dependencies)
        return {number for number, text in texts.items() if project.is_fresh(dependency_of(text))}

    def _by_variant(self, targets: Iterable[Target]) -> dict[str, list[Target]]:
        found: dict[str, list[Target]] = {}
        for target in targets:
            found.setdefault(self._variant(target.settings), []).append(target)
        return found

    def _variant(self, settings: Settings) -> str:
        """Return the cache key of the settings that influence results."""
        _, variant = self._variants.get(id(settings), (settings, ""))
        if not variant:
            parts = [
                f"{field.name}={getattr(settings, field.name)!r}" for field in fields(settings) if field.name not in APPLIED_LATER
            ]
            variant = digest("\n".join([self._fingerprint, *parts]).encode("utf-8", "surrogateescape"))
            self._variants[id(settings)] = settings, variant
        if variant not in self._projects:
            self._projects[variant] = Freshness(settings, self._contents, partial(self._part, variant))
        return variant

    def _part(self, variant: str, part: Part) -> str:
        """Return a part of what an earlier run stored of a project; empty if there is none."""
        stored = self._store.entries(variant, [part.encode()]).get(part.encode())
        if part != "searches":
            self._store.close()  # Asked for during the analysis, which may fork processes.
        return stored.value if stored is not None else ""


def cache_for(folder: Path | None, root: Path, paths: Sequence[Path], *, quiet: bool = False) -> Cache | None:
    """Return the cache of a run over some paths; None, with a warning unless `quiet`, if the folder cannot be created or trusted."""
    try:
        return Cache(folder, root, paths[0] if len(paths) == 1 else None)
    except OSError as error:
        if not quiet:
            print(f"s3lint: warning: {error.filename}: nothing is remembered: {error.strerror or error}", file=sys.stderr)
        return None


def _key(target: Target) -> bytes:
    return (b"alone " if target.needs_dependents else b"file ") + os.fsencode(target.path)
