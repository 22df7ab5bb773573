"""Decide whether a cached result is fresh: whether the files, folders and searches that it depends on are unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from s3lint.project.boundary import leads_out
from s3lint.project.dependencies import (
    Dependency,
    FileDependency,
    FolderDependency,
    RelatedFilesDependency,
    SearchDependency,
    digest_of_found,
)
from s3lint.project.files import MAX_SOURCE_BYTES, ProjectFiles
from s3lint.project.searches import Search
from s3lint.project.summaries import KINDS, Kind, Summaries
from s3lint.project.word_index import WordIndex, filter_of
from s3lint.source.text import searchable

if TYPE_CHECKING:
    from s3lint.linter.engine import Engine
    from s3lint.linter.result import Result
    from s3lint.project.loader import Extents
    from s3lint.runner.cache.contents import Contents
    from s3lint.settings import Settings
    from s3lint.source.text import Source


MAX_STORED_SEARCHES = 20_000
"""Above it only searches of the last run are stored, so that names that vanished from the code do not stay for ever."""

FILES_PER_STALE_FILE = 4
"""Files of a project for each that is analyzed again, at least, for filters of words: a run that analyzes most files needs an index."""

UNKNOWN_DIGEST = "?"
"""Stored for a file that changed during the run, so that the next run reads it again."""


Part = Literal["searches", Kind]
"""A part of what is stored of a project: the answers of its searches, or the summaries of one kind of its files."""

PARTS: tuple[Part, ...] = ("searches", *KINDS)


class Freshness:
    """The current state of one project. `load` returns what an earlier run stored of it, so that only changed files are read and searched."""

    def __init__(self, settings: Settings, contents: Contents, load: Callable[[Part], str] = lambda _: "") -> None:
        self.covered: Sequence[Path] | None = None
        """The files of the project, if the run has listed all of them already."""
        self.stale = 0
        """How many files of the run have no fresh result."""
        self._settings = settings
        self._contents = contents
        self._files = ProjectFiles(settings)
        self._summaries = Summaries(load, lambda: self.listing)
        earlier = load("searches")
        listed, found, concerned = json.loads(earlier) if earlier else ({}, [], {})
        self._listed: dict[str, str] = listed
        self._earlier: dict[Search, tuple[str, list[int]]] = {
            Search(kind, name, outside): (digest, places) for kind, name, outside, digest, places in found
        }
        self._earlier_concerned: dict[str, str] = concerned
        self._found: dict[Search, tuple[Path, ...]] = {}
        self._altered: set[Path] = set()
        """Files that changed only where the analyses of some results did not read them."""

    def is_fresh(self, read: Dependency) -> bool:
        """Return whether a dependency would be read today as it was then."""
        if isinstance(read, FileDependency):
            return self._digest(read.path) == read.digest or self._is_read_alike(read)
        if isinstance(read, FolderDependency):
            ask = self._files.is_namespace if read.namespace else self._files.is_folder
            return ask(read.path) == read.found
        if isinstance(read, SearchDependency):
            return self._digest_of(read.search) == read.digest
        return self._concern(str(read.path)) == read.fingerprint

    def _is_read_alike(self, read: FileDependency) -> bool:
        """Return whether a file changed only where an analysis did not read it."""
        from s3lint.syntax.extent import is_unchanged

        source = self._source(read.path) if read.extent else None
        if source is None or not is_unchanged(source, read.extent):
            return False
        self._altered.add(read.path)
        return True

    def _source(self, path: Path) -> Source | None:
        """Return a file as it is now; None if it cannot be read."""
        from s3lint.source.text import Source, Unreadable

        data = self._files.read(path)
        try:
            return Source.decode(path, data) if data is not None else None
        except Unreadable:
            return None

    def has_moved(self, result: Result) -> bool:
        """Return whether a result names places in files that changed elsewhere, perhaps above them."""
        if not self._altered:
            return False
        places = {place.path for finding in result.findings for place in finding.related}
        return not self._altered.isdisjoint(places.union(finding.path for finding in result.findings))

    @cached_property
    def listing(self) -> dict[Path, str]:
        """The searchable files of the project (see `ProjectFiles.searched`), with their digests."""
        paths = self.covered if self.covered is not None else self._files.listed()
        return {path: self._digest(path) or "" for path in paths if self._files.is_searched(path)}

    def note_state(self) -> None:
        """Take the digests of the searchable files as they are now. To be called before other processes search them: if one changes
        meanwhile, their answers must not count for its new state."""
        _ = self.listing

    def learn(self, searched: Iterable[tuple[Search, tuple[Path, ...]]], reads: Iterable[Dependency]) -> None:
        """Take over the searches that an analysis was the first to make, and the dependents that it found."""
        self._found |= dict(searched)
        self._concerned.update({str(read.path): read.fingerprint for read in reads if isinstance(read, RelatedFilesDependency)})

    def serialize(self, part: Part) -> str | None:
        """Return a part of what is known for the next run as JSON; None if an earlier run stored all of it."""
        return self._serialized_searches() if part == "searches" else self._summaries.serialize(part)

    def _serialized_searches(self) -> str | None:
        if not (self._earlier or self._found or self._earlier_concerned) or self._is_known():
            return None
        kept = {*self._found, *(self._earlier if len(self._earlier) < MAX_STORED_SEARCHES else ())}
        found = {search: self.answer(search) for search in sorted(kept, key=lambda each: (each.kind, each.name, each.outside))}
        places = {path: place for place, path in enumerate(self.listing)}
        return json.dumps(
            [
                {str(path): digest if self._contents.is_steady(path) else UNKNOWN_DIGEST for path, digest in self.listing.items()},
                [_row(search, paths, places) for search, paths in found.items() if paths is not None],
                self._concerned,
            ]
        )

    def _is_known(self) -> bool:
        """Whether an earlier run stored all that this one knows."""
        return self._found.keys() <= self._earlier.keys() and self._is_unchanged and self._concerned == self._earlier_concerned

    @cached_property
    def _is_unchanged(self) -> bool:
        """Whether all searchable files are as an earlier run saw them."""
        return self._listed == {str(path): digest for path, digest in self.listing.items()}

    @cached_property
    def _order(self) -> list[Path]:
        """The searchable files in the order of the project. Searches are numbers of them: to hash paths would cost more than to search."""
        return list(self.listing)

    @cached_property
    def _changed(self) -> dict[int, bytes]:
        """The contents of files that changed since earlier searches, by number."""
        numbered = enumerate(self.listing.items())
        changed = {number: path for number, (path, digest) in numbered if self._listed.get(str(path)) != digest}
        return {number: self._files.read(path) or b"" for number, path in changed.items()}

    @cached_property
    def _unchanged(self) -> dict[int, int]:
        """The numbers of the other files by those that they had when earlier searches were stored."""
        before = {path: number for number, path in enumerate(self._listed)}
        return {before[str(path)]: number for number, path in enumerate(self._order) if number not in self._changed}

    def _digest(self, path: Path) -> str | None:
        """Return the digest of a file; None for one that `ProjectFiles.read` does not read."""
        if leads_out(path, self._settings.root):
            return None
        content = self._contents.of(path)
        return content.plain if content is not None and content.size <= MAX_SOURCE_BYTES else None

    def _digest_of(self, search: Search) -> str | None:
        """Return the digest of the files that a search finds; None for a search that no run has made."""
        # The stored digest need not be computed from the paths again.
        if search in self._earlier and search not in self._found and self._is_unchanged:
            return self._earlier[search][0]
        found = self.answer(search)
        return digest_of_found(search, found) if found is not None else None

    def answer(self, search: Search) -> tuple[Path, ...] | None:
        """Return the files that a search finds now; None for one that no run has made, or whose only known hit is gone."""
        if search not in self._found and search in self._earlier:
            # Unchanged files keep their earlier answer; only changed ones are searched again.
            before = self._earlier[search][1]
            numbers = [self._unchanged[number] for number in before if number in self._unchanged]
            numbers += [
                number for number, data in self._changed.items() if search.covers(self._order[number]) and search.finds(data)
            ]
            if search.asks_whether and before and not numbers:
                return None  # The search ended at a hit: others may be in files that it did not reach.
            self._found[search] = tuple(self._order[number] for number in sorted(numbers))
        return self._found.get(search)

    @cached_property
    def _concerned(self) -> dict[str, str]:
        """Fingerprints of the related files of each file. Any change in the project may change all of them."""
        return dict(self._earlier_concerned) if self._is_unchanged else {}

    def _concern(self, path: str) -> str:
        if path not in self._concerned:
            data = self._files.read(Path(path))
            self._concerned[path] = self._engine.import_graph.fingerprint(Path(path), data) if data is not None else ""
        return self._concerned[path]

    @cached_property
    def _engine(self) -> Engine:
        return self.engine()

    def engine(self, extents: Extents | None = None) -> Engine:
        """Return an engine for the project that makes no search again, and lists and summarizes no file again. It fills `extents`."""
        from s3lint.linter.engine import Engine
        from s3lint.project.dependencies import Tracker
        from s3lint.project.loader import Loader

        asks_little = bool(self._earlier) and self.stale * FILES_PER_STALE_FILE <= len(self.listing)
        files = ListedFiles(self._settings, lambda: self.listing, self._summaries if asks_little else None)
        return Engine(self._settings, files, Loader(extents, self._summaries), Tracker(answer=self.answer))


class ListedFiles(ProjectFiles):
    """The files of a project whose searchable ones are listed, and with `summaries` summarized, already."""

    def __init__(self, settings: Settings, listing: Callable[[], Iterable[Path]], summaries: Summaries | None) -> None:
        super().__init__(settings)
        self._listing = listing
        self._summaries = summaries

    @cached_property
    def searched(self) -> dict[Path, None]:
        return dict.fromkeys(self._listing())

    @cached_property
    def word_index(self) -> WordIndex:
        filters = partial(self._filter, self._summaries) if self._summaries is not None else None
        return WordIndex(self.searched, self.searchable, filters)

    def _filter(self, summaries: Summaries, path: Path) -> str:
        """Return the filter of a file's words."""
        return summaries.of("words", path, self.content, lambda data: filter_of(searchable(data)))


def _row(search: Search, paths: tuple[Path, ...], places: dict[Path, int]) -> list[object]:
    return [
        search.kind,
        search.name,
        search.outside,
        digest_of_found(search, paths),
        [places[path] for path in paths if path in places],
    ]
