"""Diagnostics that the client asks for: of one document, or of the whole workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from hashlib import blake2b
from typing import Any

from lsprotocol import types

from s3lint.lsp.analysis import Desk
from s3lint.lsp.documents import Part
from s3lint.lsp.server import PartDiagnostics, Server
from s3lint.lsp.worker import Failure
from s3lint.lsp.worker_client import Died, Urgency

WorkspaceReport = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport

BATCH = 20
"""How many reports of a workspace are sent at once to a client that takes them as they come."""


async def diagnostic(server: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """Of a text that cannot be read the client keeps what it has."""
    uri, known = params.text_document.uri, params.previous_result_id
    checked = await server.check(uri, Urgency.REQUEST)
    if checked is None or (checked.report.broken and known):
        return types.RelatedUnchangedDocumentDiagnosticReport(known) if known else types.RelatedFullDocumentDiagnosticReport([])
    found = checked.diagnostics(uri)
    result = result_id(found)
    if result == known:
        return types.RelatedUnchangedDocumentDiagnosticReport(result)
    return types.RelatedFullDocumentDiagnosticReport(found, result_id=result)


def result_id(diagnostics: Sequence[types.Diagnostic]) -> str:
    """The same for the same diagnostics."""
    return blake2b(repr(diagnostics).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


async def workspace_diagnostic(server: Server, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
    """The files of the workspace with findings, and those of which the client knows some."""
    known = {each.uri: each.value for each in params.previous_result_ids}
    items: list[WorkspaceReport] = []
    async for part, diagnostics in _parts(server):
        report = _report(part, diagnostics, known.get(part.uri))
        items += [report] if report is not None else []
        if params.partial_result_token is not None and len(items) >= BATCH:
            partial = types.WorkspaceDiagnosticReportPartialResult(items)
            server.protocol.notify(types.PROGRESS, types.ProgressParams(params.partial_result_token, partial))
            items = []
    return types.WorkspaceDiagnosticReport(items)


async def _parts(server: Server) -> AsyncIterator[PartDiagnostics]:
    """The texts of the workspace. Some clients ask every few seconds: where nothing changed, nothing is looked at again."""
    if server.workspace_parts is not None and server.workspace_parts[0] == server.changes:
        for each in server.workspace_parts[1]:
            yield each
        return
    changes, found = server.changes, list[PartDiagnostics]()
    try:
        for path in await server.analyst.ask(Urgency.WORKSPACE, Desk.workspace):
            answer = await server.analyst.ask(Urgency.WORKSPACE, Desk.check_file, path)
            for part in answer[0].parts if answer is not None else ():
                found.append((part, answer[1][part.uri] if answer is not None else []))
                yield found[-1]
    except (Failure, Died) as error:
        server.tell(str(error), types.MessageType.Error)
    else:
        server.workspace_parts = changes, found


def _report(part: Part, found: list[types.Diagnostic], known: str | None) -> WorkspaceReport | None:
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
