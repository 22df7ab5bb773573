"""The server's state: which documents were checked, what was published, and what is still to be checked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer

from s3lint import __version__
from s3lint.lsp.analysis import Desk, Report
from s3lint.lsp.documents import Document, OpenDocuments, Part
from s3lint.lsp.options import Options
from s3lint.lsp.worker import Failure
from s3lint.lsp.worker_client import Analyst, Died, Urgency

if TYPE_CHECKING:
    from pygls.workspace import PositionCodec

DEBOUNCE = 0.05
"""Seconds of silence in a document after which it is checked."""


PartDiagnostics = tuple[Part, list[types.Diagnostic]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A version of a document and what was found in it."""

    document: Document
    report: Report

    def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """Those of the part that a URI names."""
        return self.report.diagnostics[self.document.parts[self.document.index(uri)].uri]


class Server(LanguageServer):
    """A language server over the engine. Documents are checked in a process of their own."""

    def __init__(self) -> None:
        cells = types.NotebookDocumentFilterWithNotebook("*", [types.NotebookCellLanguage("python")])
        sync = types.NotebookDocumentSyncOptions([cells], save=True)
        super().__init__("s3lint", __version__, notebook_document_sync=sync, max_workers=1)
        self.analyst = Analyst()
        self.options = Options()
        self.checked: dict[str, Checked] = {}
        self._published: dict[str, Report] = {}
        self._pending: dict[str, asyncio.Task[None]] = {}
        self.changes = 0
        """How often something changed that may change findings."""
        self.workspace_parts: tuple[int, list[PartDiagnostics]] | None = None
        """What was found in the whole workspace, after how many changes."""
        self._outdated: set[str] = set()
        """Documents of which something else than their text changed since they were checked."""
        self._told: set[str] = set()

    @property
    def documents(self) -> OpenDocuments:
        workspace = self.workspace
        assert isinstance(workspace, OpenDocuments)
        return workspace

    @property
    def codec(self) -> PositionCodec:
        return self.workspace.position_codec

    def supports(self, capability: str) -> bool:
        return bool(get_capability(self.client_capabilities, capability, False))

    @property
    def pushes(self) -> bool:
        """Whether diagnostics are pushed: clients that pull them too would show each of them twice."""
        return not self.supports("text_document.diagnostic")

    def tell(self, text: str, kind: types.MessageType = types.MessageType.Warning) -> None:
        """Shows a sentence to the user, once."""
        if text and text not in self._told:
            self._told.add(text)
            self.window_show_message(types.ShowMessageParams(kind, text))

    def schedule(self, uri: str, delay: float = 0, *, urgency: Urgency = Urgency.CHANGE, whole: bool = False) -> None:
        """Checks a document soon, and publishes what is found. `whole`: even where its text cannot be read."""
        if not self.pushes:
            return
        self.cancel(uri)
        self._pending[uri] = asyncio.create_task(self._later(uri, delay, urgency, whole=whole))

    def cancel(self, uri: str) -> None:
        pending = self._pending.pop(uri, None)
        if pending is not None:
            pending.cancel()

    async def _later(self, uri: str, delay: float, urgency: Urgency, *, whole: bool) -> None:
        await asyncio.sleep(delay)
        checked = await self.check(uri, urgency)
        if checked is not None and self.documents.document(uri) == checked.document:
            self._publish(checked, whole=whole)

    async def check(self, uri: str, urgency: Urgency) -> Checked | None:
        """What is found in an open document as it is now; None where nothing can be said."""
        document = self.documents.document(uri)
        if document is None:
            return None
        known = self.checked.get(document.uri)
        if known is not None and known.document == document and document.uri not in self._outdated:
            return known
        try:
            report = await self.analyst.ask(urgency, Desk.check, document.path)
        except (Failure, Died) as error:
            self.tell(f"{document.path}: {error}", types.MessageType.Error)
            return None
        self._outdated.discard(document.uri)
        self.tell(report.trouble, types.MessageType.Error)
        checked = self.checked[document.uri] = Checked(document, report)
        if known is None or known.document.parts != document.parts:
            self.check_again(report.dependants)
        return checked

    def check_again(self, uris: Iterable[str]) -> None:
        """Checks documents that changed in nothing but in what others say of them."""
        outdated = [uri for uri in uris if uri in self.checked]
        self._outdated.update(outdated)
        for uri in outdated:
            self.schedule(uri, urgency=Urgency.DEPENDANT)
        if outdated and not self.pushes and self.supports("workspace.diagnostics.refresh_support"):
            self.workspace_diagnostic_refresh(None)

    def start_afresh(self) -> None:
        """Checks everything again: what is known of files and configuration is no longer true."""
        self.changes += 1
        self._told.clear()
        self.analyst.reset()
        self.check_again([document.uri for document in self.documents])

    def _publish(self, checked: Checked, *, whole: bool) -> None:
        """Of a text that cannot be read the last good diagnostics stay, which the client moves along."""
        document, report = checked.document, checked.report
        before = self._published.get(document.uri)
        if report.broken and not whole and before is not None:
            return
        self._published[document.uri] = report
        for part in document.parts:
            found = report.diagnostics[part.uri]
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(part.uri, found, part.version))

    def forget(self, uri: str, parts: Iterable[str]) -> None:
        """Clears what was published of a document that was closed."""
        self.changes += 1
        self.cancel(uri)
        self.checked.pop(uri, None)
        self._published.pop(uri, None)
        if self.pushes:
            for part in parts:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(part, []))

    async def closed(self, path: Path) -> None:
        """Lets the worker forget a document, and checks those again that took values from its text."""
        self.analyst.drop(path)
        try:
            followers = await self.analyst.ask(Urgency.DEPENDANT, Desk.followers, path)
        except (Failure, Died):
            return
        self.check_again(followers)
