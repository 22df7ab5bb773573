"""The server: which documents were checked, which diagnostics were published and which checks are scheduled."""

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
from s3lint.lsp.analysis import Analysis, DocumentReport
from s3lint.lsp.documents import Document, DocumentPart, OpenDocuments
from s3lint.lsp.options import Options
from s3lint.lsp.worker import AnalysisError
from s3lint.lsp.worker_client import Urgency, WorkerClient, WorkerDied

if TYPE_CHECKING:
    from pygls.workspace import PositionCodec

DEBOUNCE_SECONDS = 0.05
"""How long after the last keystroke a document is checked."""

PartDiagnostics = tuple[DocumentPart, list[types.Diagnostic]]


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A version of a document and the report on it."""

    document: Document
    report: DocumentReport

    def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics of the part with a URI."""
        return self.report.diagnostics[self.document.parts[self.document.index(uri)].uri]


class Server(LanguageServer):
    """A language server. Documents are checked in a worker process, so that a slow check blocks no message."""

    def __init__(self) -> None:
        cells = types.NotebookDocumentFilterWithNotebook("*", [types.NotebookCellLanguage("python")])
        sync = types.NotebookDocumentSyncOptions([cells], save=True)
        super().__init__("s3lint", __version__, notebook_document_sync=sync, max_workers=1)
        self.worker = WorkerClient()
        self.options = Options()
        self.checked: dict[str, CheckedDocument] = {}
        self._published: dict[str, DocumentReport] = {}
        self._pending: dict[str, asyncio.Task[None]] = {}
        self.changes = 0
        """How many changes there were that may change findings."""
        self.workspace_cache: tuple[int, list[PartDiagnostics]] | None = None
        """The diagnostics of the whole workspace, and the value of `changes` when they were computed."""
        self._outdated: set[str] = set()
        """Documents whose diagnostics are stale for another reason than their own text."""
        self._notified: set[str] = set()
        """Messages that the user has seen."""

    @property
    def documents(self) -> OpenDocuments:
        """The documents that the client has open."""
        workspace = self.workspace
        assert isinstance(workspace, OpenDocuments)
        return workspace

    @property
    def codec(self) -> PositionCodec:
        """Converts columns to and from the code units of the client."""
        return self.workspace.position_codec

    def supports(self, capability: str) -> bool:
        """Whether the client has a capability, named by its path (`window.show_document.support`)."""
        return bool(get_capability(self.client_capabilities, capability, False))

    @property
    def pushes(self) -> bool:
        """Whether to push diagnostics: a client that pulls them as well would show each of them twice."""
        return not self.supports("text_document.diagnostic")

    def notify_user(self, text: str, kind: types.MessageType = types.MessageType.Warning) -> None:
        """Show a message to the user, once."""
        if text and text not in self._notified:
            self._notified.add(text)
            self.window_show_message(types.ShowMessageParams(kind, text))

    def schedule(self, uri: str, delay: float = 0, *, urgency: Urgency = Urgency.CHANGE, replace: bool = False) -> None:
        """Check a document after `delay` seconds and publish its diagnostics. `replace`: even if its text does not parse."""
        if not self.pushes:
            return
        self.cancel(uri)
        self._pending[uri] = asyncio.create_task(self._later(uri, delay, urgency, replace=replace))

    def cancel(self, uri: str) -> None:
        """Cancel the scheduled check of a document, if any."""
        pending = self._pending.pop(uri, None)
        if pending is not None:
            pending.cancel()

    async def _later(self, uri: str, delay: float, urgency: Urgency, *, replace: bool) -> None:
        await asyncio.sleep(delay)
        checked = await self.check(uri, urgency)
        if checked is not None and self.documents.document(uri) == checked.document:
            self._publish(checked, replace=replace)

    async def check(self, uri: str, urgency: Urgency) -> CheckedDocument | None:
        """Check an open document as it is now. None if it is not open, is not Python, or the worker failed."""
        document = self.documents.document(uri)
        if document is None:
            return None
        known = self.checked.get(document.uri)
        if known is not None and known.document == document and document.uri not in self._outdated:
            return known
        try:
            report = await self.worker.ask(urgency, Analysis.check, document.path)
        except (AnalysisError, WorkerDied) as error:
            self.notify_user(f"{document.path}: {error}", types.MessageType.Error)
            return None
        self._outdated.discard(document.uri)
        self.notify_user(report.error, types.MessageType.Error)
        checked = self.checked[document.uri] = CheckedDocument(document, report)
        if known is None or known.document.parts != document.parts:
            self.recheck(report.dependents)
        return checked

    def recheck(self, uris: Iterable[str]) -> None:
        """Check documents whose findings may have changed though their texts did not."""
        outdated = [uri for uri in uris if uri in self.checked]
        self._outdated.update(outdated)
        for uri in outdated:
            self.schedule(uri, urgency=Urgency.DEPENDENT)
        if outdated and not self.pushes and self.supports("workspace.diagnostics.refresh_support"):
            self.workspace_diagnostic_refresh(None)

    def restart(self) -> None:
        """Check everything again in a new worker, because configuration or ignored files have changed."""
        self.changes += 1
        self._notified.clear()
        self.worker.reset()
        self.recheck([document.uri for document in self.documents])

    def _publish(self, checked: CheckedDocument, *, replace: bool) -> None:
        """Publish diagnostics. While a text does not parse, the previous ones stay, and the client moves them with the text."""
        document, report = checked.document, checked.report
        before = self._published.get(document.uri)
        if report.is_unparsable and not replace and before is not None:
            return
        self._published[document.uri] = report
        for part in document.parts:
            found = report.diagnostics[part.uri]
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(part.uri, found, part.version))

    def forget(self, uri: str, parts: Iterable[str]) -> None:
        """Forget a closed document and clear its published diagnostics."""
        self.changes += 1
        self.cancel(uri)
        self.checked.pop(uri, None)
        self._published.pop(uri, None)
        if self.pushes:
            for part in parts:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(part, []))

    async def closed(self, path: Path) -> None:
        """Tell the worker that a document was closed, and check those again that took values from its text."""
        self.worker.drop(path)
        try:
            dependents_of = await self.worker.ask(Urgency.DEPENDENT, Analysis.dependents_of, path)
        except (AnalysisError, WorkerDied):
            return
        self.recheck(dependents_of)
