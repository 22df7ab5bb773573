"""Diagnostics that the client asks for: of one document, or of the whole workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from hashlib import blake2b
from typing import Any

from lsprotocol import types

from s3lint.faces.server.analyst import Died, Urgency
from s3lint.faces.server.desk import Desk
from s3lint.faces.server.language_server import Server
from s3lint.faces.server.worker import Failure

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
    async for report in _reports(server, known):
        items.append(report)
        if params.partial_result_token is not None and len(items) >= BATCH:
            partial = types.WorkspaceDiagnosticReportPartialResult(items)
            server.protocol.notify(types.PROGRESS, types.ProgressParams(params.partial_result_token, partial))
            items = []
    return types.WorkspaceDiagnosticReport(items)


async def _reports(server: Server, known: dict[str, str]) -> AsyncIterator[WorkspaceReport]:
    try:
        paths = await server.analyst.ask(Urgency.WORKSPACE, Desk.workspace)
        for path in paths:
            found = await server.analyst.ask(Urgency.WORKSPACE, Desk.check_file, path)
            if found is None:
                continue
            document, diagnostics = found
            for part in document.parts:
                report = _report(part.uri, diagnostics[part.uri], part.version, known.get(part.uri))
                if report is not None:
                    yield report
    except (Failure, Died) as error:
        server.tell(str(error), types.MessageType.Error)


def _report(uri: str, found: list[types.Diagnostic], version: int | None, known: str | None) -> WorkspaceReport | None:
    result = result_id(found)
    if result == known:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result, version)
    if not found and known is None:
        return None
    return types.WorkspaceFullDocumentDiagnosticReport(uri, found, version, result_id=result)


HANDLERS: dict[str, Callable[..., Any]] = {
    types.TEXT_DOCUMENT_DIAGNOSTIC: diagnostic,
    types.WORKSPACE_DIAGNOSTIC: workspace_diagnostic,
}
