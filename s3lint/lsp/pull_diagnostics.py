"""Handlers for diagnostics that the client pulls: of one document or of the whole workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from hashlib import blake2b
from typing import Any

from lsprotocol import types

from s3lint.lsp.analysis import Analysis
from s3lint.lsp.documents import DocumentPart
from s3lint.lsp.server import PartDiagnostics, Server
from s3lint.lsp.worker import AnalysisError
from s3lint.lsp.worker_client import Urgency, WorkerDied

WorkspaceReport = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport

REPORTS_PER_MESSAGE = 20
"""How many reports of a workspace are sent at once to a client that accepts partial results."""


async def diagnostic(server: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """The diagnostics of a document; 'unchanged' while its text does not parse, so that the client keeps the previous ones."""
    uri, known = params.text_document.uri, params.previous_result_id
    checked = await server.check(uri, Urgency.REQUEST)
    if checked is None or (checked.report.is_unparsable and known):
        return types.RelatedUnchangedDocumentDiagnosticReport(known) if known else types.RelatedFullDocumentDiagnosticReport([])
    found = checked.diagnostics(uri)
    result = result_id(found)
    if result == known:
        return types.RelatedUnchangedDocumentDiagnosticReport(result)
    return types.RelatedFullDocumentDiagnosticReport(found, result_id=result)


def result_id(diagnostics: Sequence[types.Diagnostic]) -> str:
    """A digest of diagnostics, by which the client and the server know whether they have changed."""
    return blake2b(repr(diagnostics).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


async def workspace_diagnostic(server: Server, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
    """The diagnostics of the files with findings, and of those for which the client has some already."""
    known = {each.uri: each.value for each in params.previous_result_ids}
    items: list[WorkspaceReport] = []
    async for part, diagnostics in _parts(server):
        report = _report(part, diagnostics, known.get(part.uri))
        items += [report] if report is not None else []
        if params.partial_result_token is not None and len(items) >= REPORTS_PER_MESSAGE:
            partial = types.WorkspaceDiagnosticReportPartialResult(items)
            server.protocol.notify(types.PROGRESS, types.ProgressParams(params.partial_result_token, partial))
            items = []
    return types.WorkspaceDiagnosticReport(items)


async def _parts(server: Server) -> AsyncIterator[PartDiagnostics]:
    """Each part of each file with its diagnostics. Cached until something changes, because some clients ask every few seconds."""
    if server.workspace_cache is not None and server.workspace_cache[0] == server.changes:
        for each in server.workspace_cache[1]:
            yield each
        return
    changes, found = server.changes, list[PartDiagnostics]()
    try:
        for path in await server.worker.ask(Urgency.WORKSPACE, Analysis.workspace):
            answer = await server.worker.ask(Urgency.WORKSPACE, Analysis.check_file, path)
            for part in answer[0].parts if answer is not None else ():
                found.append((part, answer[1][part.uri] if answer is not None else []))
                yield found[-1]
    except (AnalysisError, WorkerDied) as error:
        server.notify_user(str(error), types.MessageType.Error)
    else:
        server.workspace_cache = changes, found


def _report(part: DocumentPart, found: list[types.Diagnostic], known: str | None) -> WorkspaceReport | None:
    """The report on a part; None for one without diagnostics that the client does not know. `known` is the client's digest."""
    result = result_id(found)
    if result == known:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(part.uri, result, part.version)
    if not found and known is None:
        return None
    return types.WorkspaceFullDocumentDiagnosticReport(part.uri, found, part.version, result_id=result)


HANDLERS: dict[str, Callable[..., Any]] = {
    types.TEXT_DOCUMENT_DIAGNOSTIC: diagnostic,
    types.WORKSPACE_DIAGNOSTIC: workspace_diagnostic,
}
