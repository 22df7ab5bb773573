"""Analysis in the worker process: open documents and one incremental session per project.

Every public method of `Analysis` may be a request of the server, so arguments and answers are plain data that can be pickled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from s3lint.config.load import is_project, isolated, settings_for
from s3lint.errors import ConfigurationError, UsageError
from s3lint.finding import Finding
from s3lint.fixes.apply import Unsettled, fix_text
from s3lint.fixes.other_uses import OtherUses
from s3lint.linter.explain import explain
from s3lint.linter.observed_values import observed_values
from s3lint.lsp.diagnostics import ByUri, Translator
from s3lint.lsp.documents import Document, DocumentPart
from s3lint.lsp.hover_text import hover_text
from s3lint.lsp.session import ProjectSession, UnsavedTexts, real_path
from s3lint.lsp.text_edits import edits_between
from s3lint.project.discovery import is_excluded, is_notebook
from s3lint.project.files import MAX_READ_BYTES
from s3lint.project.targets import targets
from s3lint.registry.codes import UNREADABLE
from s3lint.settings import Settings
from s3lint.source.notebooks import read
from s3lint.source.script_cells import plain
from s3lint.source.text import Unreadable
from s3lint.support.bounded_read import read_bounded

INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders of installed packages, which editors open to show a definition. Their code is not the user's to fix, so it is not checked."""


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """The result of checking one document."""

    diagnostics: ByUri
    is_unparsable: bool = False
    """Whether the text does not parse, so that the diagnostics report nothing else."""
    dependents: tuple[str, ...] = ()
    """The URIs of open documents whose findings may have changed with this one."""
    error: str = ""
    """One sentence about a wrong configuration or a failure inside s3lint; empty if there was none."""


class Analysis:
    """Answers requests about documents, one at a time. `folders` are the roots of the workspace."""

    def __init__(self, folders: tuple[Path, ...], encoding: str) -> None:
        self.folders = folders
        self.codec = PositionCodec(encoding)
        self.opened: dict[Path, Document] = {}
        self.unsaved = UnsavedTexts()
        self._sessions: list[ProjectSession] = []

    def session(self, path: Path) -> ProjectSession:
        """The session of a file's project, made on the first request. Raises `ConfigurationError`."""
        settings = self._settings(path)
        found = next((session for session in self._sessions if session.settings == settings), None)
        if found is None:
            found = ProjectSession(settings, self.unsaved)
            self._sessions.append(found)
        return found

    def _settings(self, path: Path) -> Settings:
        """The settings of a file. Outside of every workspace, repository and configuration its subfolders are not searched."""
        containing = (folder for folder in self.folders if path.is_relative_to(folder))
        workspace_folder = max(containing, key=lambda each: len(each.parts), default=None)
        settings = settings_for(path.parent, workspace_folder or path.parent)
        return isolated(settings) if workspace_folder is None and not is_project(path.parent) else settings

    def update(self, document: Document) -> None:
        """Take note of a document that was opened or changed. Other documents see its last text that parsed."""
        self.opened[document.path] = document
        if document.is_notebook:
            return
        try:
            session = self.session(document.path)
        except ConfigurationError:
            return
        if session.parses(document.path, document.data):
            self.unsaved.put(document.path, plain(document.data))
            for each in self._sessions:
                each.refresh(each.with_links(document.path))

    def close(self, path: Path) -> None:
        """Forget a document: what is on disk counts again."""
        self.opened.pop(path, None)
        self.unsaved.drop(path)
        for session in self._sessions:
            session.refresh(session.with_links(path))
            session.drop_findings(session.related.get(path, ()))

    def dependents_of(self, path: Path) -> tuple[str, ...]:
        """The URIs of open documents that were related to a file when it was last checked."""
        return self._open_among({each for session in self._sessions for each in session.related.get(path, ())})

    def refresh(self, paths: list[Path]) -> None:
        """Take note of files that were changed, created or deleted on disk."""
        for session in self._sessions:
            session.refresh(paths)
            session.drop_all_findings()

    def check(self, path: Path) -> DocumentReport:
        """Check an open document."""
        document = self.opened[path]
        try:
            session = self.session(path)
        except ConfigurationError as error:
            return DocumentReport({part.uri: [] for part in document.parts}, is_unparsable=True, error=str(error))
        if is_excluded(path, session.settings) or not INSTALLED.isdisjoint(path.parts):
            return DocumentReport({part.uri: [] for part in document.parts})
        findings, errors = session.check(path, document.data)
        unreadable = any(finding.code == UNREADABLE for finding in findings)
        is_unparsable = (unreadable or not session.parses(path, document.data)) and not document.is_notebook
        # Nothing imports a notebook, so it has no dependents.
        dependents = () if is_unparsable or document.is_notebook else self._dependents(session, document)
        return DocumentReport(
            self._translator(session).diagnostics(document, findings), is_unparsable, dependents, "; ".join(errors)
        )

    def _dependents(self, session: ProjectSession, document: Document) -> tuple[str, ...]:
        related = session.related_files(document.path, document.data)
        session.drop_findings(related)
        return self._open_among(related)

    def _open_among(self, paths: Iterable[Path]) -> tuple[str, ...]:
        """Return the URIs of the documents among some files, also those opened through links."""
        real = {real_path(path) for path in paths}
        return tuple(document.uri for path, document in self.opened.items() if real_path(path) in real)

    def _translator(self, session: ProjectSession) -> Translator:
        return Translator(self.codec, self.opened, session.files.read)

    def workspace(self) -> list[Path]:
        """The files of the workspace, found as by `s3lint check`. Raises `ConfigurationError`."""
        try:
            return [target.path for target in targets([folder for folder in self.folders if folder.is_dir()], self._settings)]
        except UsageError:
            return []

    def check_file(self, path: Path) -> tuple[Document, ByUri] | None:
        """Check a file of the workspace, open or not. None for a closed notebook, whose cells have no URI, and for an unreadable file."""
        if path in self.opened:
            return self.opened[path], self.check(path).diagnostics
        if is_notebook(path.name):
            return None
        session = self.session(path)
        try:
            data = read_bounded(path, MAX_READ_BYTES)
        except OSError:
            return None
        findings = session.findings(path, data)
        document = Document(path.as_uri(), path, None, (DocumentPart(path.as_uri(), data.decode("utf-8", "replace")),))
        return document, self._translator(session).diagnostics(document, findings)

    def fixed(self, path: Path, code: str | None) -> dict[str, list[types.TextEdit]]:
        """The edits that apply every safe fix in a document, or every fix of one rule. Raises `Unsettled` and `ConfigurationError`."""
        document, session = self.opened[path], self.session(path)

        def findings(data: bytes) -> list[Finding]:
            self.unsaved.put(path, plain(data))
            session.refresh([path])
            return [finding for finding in session.check(path, data)[0] if code in (None, finding.code)]

        try:
            uses = partial(OtherUses(session.files).may_use, path)
            fixed = fix_text(path, document.data, findings, unsafe=code is not None, is_used_elsewhere=uses)
        finally:
            self.update(document)
        return edits_between(document, fixed.after, self.codec)

    def fixes(self, path: Path, code: str | None) -> dict[str, list[types.TextEdit]] | str:
        """The edits of `fixed`, or one sentence about why there are none."""
        try:
            return self.fixed(path, code)
        except (Unsettled, ConfigurationError) as error:
            return str(error)

    def explain(self, path: Path, cell: int, row: int) -> str:
        """Summarize what was inferred of the storage calls on a row of a document; empty without any."""
        document = self.opened[path]
        try:
            data, row_in_text = _python(document, cell, row)
            session = self.session(path)
            found = explain(session.engine, path, data, row_in_text)
            seen = observed_values(session.settings, path, row, None if document.is_notebook else document.data)
        except (Unreadable, ConfigurationError):
            return ""
        here = [
            finding
            for finding in session.check(path, document.data)[0]
            if finding.start.row <= row <= finding.end.row and (finding.cell is None or finding.cell == cell + 1)
        ]
        return hover_text(found, here, f"{path.name}:{row}", seen)


def _python(document: Document, cell: int, row: int) -> tuple[bytes, int]:
    """The Python text of a document and the row in it that a row of a part becomes. Raises `Unreadable`."""
    if not document.is_notebook:
        return plain(document.data), row
    opened = read(document.data)
    if opened is None:
        raise Unreadable("the notebook is not in Python")
    text, cells = opened
    return text, cells.starts[cells.numbers.index(cell + 1)] + row - 1
