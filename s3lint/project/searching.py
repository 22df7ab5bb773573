"""Make the searches of a project, each once, and record that an answer depends on what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.project.dependencies import SearchDependency, Tracker, digest_of_paths

if TYPE_CHECKING:
    from pathlib import Path

    from s3lint.project.files import ProjectFiles
    from s3lint.project.searches import Search


class Searcher:
    """Searches the files of one project. What is found is kept by the tracker, as results name it."""

    def __init__(self, files: ProjectFiles, tracker: Tracker) -> None:
        self.files = files
        self.tracker = tracker
        self._recorded: dict[Search, SearchDependency] = {}

    def found(self, search: Search) -> tuple[Path, ...]:
        """Return the files in which a search finds something, in the order of the project."""
        found = self.tracker.found.get(search)
        if found is None:
            files = self.files
            found = tuple(path for path in files.word_index.files_with(search.word) if search.finds(files.content(path)))
            self.tracker.found[search] = found
        if search not in self._recorded:
            self._recorded[search] = SearchDependency(search, digest_of_paths(found))
        self.tracker.record(self._recorded[search])
        return found
