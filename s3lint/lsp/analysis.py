"""What the worker knows: open documents, and a session for each project, in which nothing is read twice that did not change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from s3lint.config.load import ConfigurationError, apart, is_project, settings_for
from s3lint.finding import Finding
from s3lint.linter.engine import UNREADABLE, Engine
from s3lint.linter.explain import explain, rows_of
from s3lint.linter.fix import Unsettled, fix_text
from s3lint.lsp.diagnostics import ByUri, Translator
from s3lint.lsp.documents import Document, Part
from s3lint.lsp.text_edits import edits_between
from s3lint.project.discovery import is_excluded, is_notebook
from s3lint.project.files import ProjectFiles
from s3lint.project.loader import Loader
from s3lint.project.targets import Missing, targets
from s3lint.settings import Settings
from s3lint.source.notebooks import plain, read
from s3lint.source.text import Source, Unreadable

INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders of code that nobody edits, which editors open to show a definition."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a look at a document gave. `trouble` is one sentence about what was in the way, such as a wrong configuration."""

    diagnostics: ByUri
    broken: bool = False
    """Whether the text could not be read, so that the diagnostics say no more than that."""
    dependants: tuple[str, ...] = ()
    """The URIs of open documents that take values from this one, or give it some."""
    trouble: str = ""


class Unsaved(Mapping[Path, bytes]):
    """The last text that could be parsed of each open file, found by every path that leads to it."""

    def __init__(self) -> None:
        self._texts: dict[Path, bytes] = {}
        self._names: dict[Path, Path] = {}

    def put(self, path: Path, data: bytes) -> None:
        self._names[path] = self._names.get(path) or _real(path)
        self._texts[self._names[path]] = data

    def drop(self, path: Path) -> None:
        self._texts.pop(self._names.pop(path, path), None)

    def __getitem__(self, path: Path) -> bytes:
        return self._texts[self._names.get(path) or _real(path)]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


class Session:
    """One project while it changes."""

    def __init__(self, settings: Settings, unsaved: Unsaved) -> None:
        self.settings = settings
        self.files = ProjectFiles(settings, unsaved)
        self.connected: dict[Path, frozenset[Path]] = {}
        """For each open file those with which it exchanged values when it was looked at."""
        self._loader = Loader()
        self._engine: Engine | None = None
        self._names: dict[Path, tuple[Path, ...]] = {}
        self._found: dict[Path, tuple[bytes, list[Finding]]] = {}

    @property
    def engine(self) -> Engine:
        """An engine for the files as they are now."""
        if self._engine is None:
            self._engine = Engine(self.settings, self.files, self._loader)
        return self._engine

    def changed(self, paths: Iterable[Path]) -> None:
        """Files that changed, came or went."""
        for path in paths:
            self.files.refresh(path)
        self._engine = None

    def forget(self, paths: Iterable[Path]) -> None:
        """What was found in some files may not be so any more."""
        for path in paths:
            self._found.pop(path, None)

    def forget_all(self) -> None:
        self._found.clear()

    def found(self, path: Path, data: bytes) -> list[Finding]:
        """What is found in a file that is not open, remembered until the file changes, or one that it is connected to."""
        known = self._found.get(path)
        if known is None or known[0] != data:
            known = self._found[path] = data, self.check(path, data)[0]
        return known[1]

    def names(self, path: Path) -> tuple[Path, ...]:
        """A file and the links to it in the project, as far as they were there when it was first asked for."""
        if path not in self._names:
            real = _real(path)
            links = (name for name in self.files.searched if name.is_symlink() and _real(name) == real)
            self._names[path] = tuple(dict.fromkeys((path, *links)))
        return self._names[path]

    def check(self, path: Path, data: bytes) -> tuple[list[Finding], tuple[str, ...]]:
        return self.engine.check(path, data) if self.engine.touches(path, data) else ([], ())

    def parses(self, path: Path, data: bytes) -> bool:
        """Whether the text can be read; it is then kept for the next look."""
        try:
            self._loader.load(Source.decode(path, plain(data)))
        except Unreadable:
            return False
        return True

    def dependants(self, path: Path, data: bytes) -> frozenset[Path]:
        """The files connected to one now, or when it was looked at last."""
        before = self.connected.get(path, frozenset())
        try:
            now = {found for name in self.names(path) for found in self.engine.connected(name, data)}
        except Unreadable:
            return before
        self.connected[path] = frozenset(now)
        return before | self.connected[path]


class Desk:
    """Answers questions about documents, one at a time. `folders` are the roots of the workspace."""

    def __init__(self, folders: tuple[Path, ...], encoding: str) -> None:
        self.folders = folders
        self.codec = PositionCodec(encoding)
        self.opened: dict[Path, Document] = {}
        self.unsaved = Unsaved()
        self._sessions: list[Session] = []

    def session(self, path: Path) -> Session:
        """The session of a file's project. Raises `ConfigurationError`."""
        settings = self._settings(path)
        found = next((session for session in self._sessions if session.settings == settings), None)
        if found is None:
            found = Session(settings, self.unsaved)
            self._sessions.append(found)
        return found

    def _settings(self, path: Path) -> Settings:
        """Of a file outside every workspace, repository and configuration no folder below its own is searched."""
        home = max(
            (folder for folder in self.folders if path.is_relative_to(folder)), key=lambda each: len(each.parts), default=None
        )
        settings = settings_for(path.parent, home or path.parent)
        return apart(settings) if home is None and not is_project(settings) else settings

    def update(self, document: Document) -> None:
        """A document that was opened or changed. Others see it as it was when it could last be parsed."""
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
                each.changed(each.names(document.path))

    def close(self, path: Path) -> None:
        """Forgets a document: what is on disk counts again."""
        self.opened.pop(path, None)
        self.unsaved.drop(path)
        for session in self._sessions:
            session.changed(session.names(path))
            session.forget(session.connected.get(path, ()))

    def followers(self, path: Path) -> tuple[str, ...]:
        """The URIs of open documents that may have taken values from a file when it was looked at last."""
        return self._open_among({each for session in self._sessions for each in session.connected.get(path, ())})

    def changed(self, paths: list[Path]) -> None:
        """Files that changed, came or went on disk."""
        for session in self._sessions:
            session.changed(paths)
            session.forget_all()

    def check(self, path: Path) -> Report:
        """The diagnostics of an open document."""
        document = self.opened[path]
        try:
            session = self.session(path)
        except ConfigurationError as error:
            return Report({part.uri: [] for part in document.parts}, broken=True, trouble=str(error))
        if is_excluded(path, session.settings) or not INSTALLED.isdisjoint(path.parts):
            return Report({part.uri: [] for part in document.parts})
        findings, errors = session.check(path, document.data)
        unreadable = any(finding.code == UNREADABLE for finding in findings)
        broken = (unreadable or not session.parses(path, document.data)) and not document.is_notebook
        dependants = () if broken or document.is_notebook else self._dependants(session, document)
        return Report(self._translator(session).diagnostics(document, findings), broken, dependants, "; ".join(errors))

    def _dependants(self, session: Session, document: Document) -> tuple[str, ...]:
        connected = session.dependants(document.path, document.data)
        session.forget(connected)
        return self._open_among(connected)

    def _open_among(self, paths: Iterable[Path]) -> tuple[str, ...]:
        real = {_real(path) for path in paths}
        return tuple(document.uri for path, document in self.opened.items() if _real(path) in real)

    def _translator(self, session: Session) -> Translator:
        return Translator(self.codec, self.opened, session.files.read)

    def workspace(self) -> list[Path]:
        """The files of the workspace, as `s3lint check` would find them. Raises `ConfigurationError`."""
        try:
            return [target.path for target in targets([folder for folder in self.folders if folder.is_dir()], self._settings)]
        except Missing:
            return []

    def check_file(self, path: Path) -> tuple[Document, ByUri] | None:
        """The diagnostics of a file of the workspace, open or not; None for a notebook, whose cells have no URI until it is opened."""
        if path in self.opened:
            return self.opened[path], self.check(path).diagnostics
        if is_notebook(path.name):
            return None
        session = self.session(path)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        findings = session.found(path, data)
        document = Document(path.as_uri(), path, None, (Part(path.as_uri(), data.decode("utf-8", "replace")),))
        return document, self._translator(session).diagnostics(document, findings)

    def fixed(self, path: Path, code: str | None) -> dict[str, list[types.TextEdit]]:
        """The edits that apply every safe fix in a document, or every fix of one rule. Raises `Unsettled`, `ConfigurationError`."""
        document, session = self.opened[path], self.session(path)

        def findings(data: bytes) -> list[Finding]:
            self.unsaved.put(path, plain(data))
            session.changed([path])
            return [finding for finding in session.engine.check(path, data)[0] if code in (None, finding.code)]

        try:
            fixed = fix_text(path, document.data, findings, unsafe=code is not None)
        finally:
            self.update(document)
        return edits_between(document, fixed.after, self.codec)

    def fixes(self, path: Path, code: str | None) -> dict[str, list[types.TextEdit]] | str:
        """The same, or one sentence that says why there are none."""
        try:
            return self.fixed(path, code)
        except (Unsettled, ConfigurationError) as error:
            return str(error)

    def explain(self, path: Path, cell: int, row: int) -> list[str]:
        """What is believed about the storage calls on a row of a document, one text for each."""
        document = self.opened[path]
        try:
            data, row = _python(document, cell, row)
            found = explain(self.session(path).engine, path, data, row)
        except (Unreadable, ConfigurationError):
            return []
        return ["\n".join(rows_of(each)) for each in found]


def _python(document: Document, cell: int, row: int) -> tuple[bytes, int]:
    """The Python text of a document, and the row in it. Raises `Unreadable`."""
    if not document.is_notebook:
        return plain(document.data), row
    opened = read(document.data)
    if opened is None:
        raise Unreadable("the notebook is not in Python")
    text, cells = opened
    return text, cells.starts[cells.numbers.index(cell + 1)] + row - 1
