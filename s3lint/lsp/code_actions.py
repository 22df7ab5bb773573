"""Code actions: fix one finding, all of its rule or all safely; suppress it on its line; show its rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability

from s3lint.finding import Confidence, Finding, Location
from s3lint.lsp.analysis import Analysis
from s3lint.lsp.documents import Document, DocumentPart
from s3lint.lsp.positions import range_of
from s3lint.lsp.server import CheckedDocument, Server
from s3lint.lsp.worker import AnalysisError
from s3lint.lsp.worker_client import Urgency, WorkerDied
from s3lint.registry import UnknownRule, find
from s3lint.suppressions.insert import allowed

FIX_ALL = "source.fixAll.s3lint"
SHOW_RULE = "s3lint.showRule"

REASON = "TODO: add a reason"
"""The placeholder for the reason of an inserted suppression."""

KINDS = [types.CodeActionKind.QuickFix, FIX_ALL]

Edits = Mapping[str, Sequence[types.TextEdit | types.SnippetTextEdit]]


async def code_action(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The actions for the findings in a range and, on request, for the whole document."""
    uri = params.text_document.uri
    checked = await server.check(uri, Urgency.REQUEST)
    if checked is None:
        return []
    document = checked.document
    part = document.parts[document.index(uri)]
    wanted = params.context.only
    actions: list[types.CodeAction] = []
    if _is_wanted(types.CodeActionKind.QuickFix, wanted):
        for diagnostic in checked.diagnostics(uri):
            if _overlap(diagnostic.range, params.range):
                actions += _actions_for(server, checked, part, diagnostic)
    if _is_wanted(FIX_ALL, wanted) and any(is_safe(each) for each in _every(checked)):
        actions.append(_lazily("Apply all safe fixes of s3lint", FIX_ALL, document, None))
    if not _resolves(server):
        actions = [await resolve(server, action) if action.data is not None else action for action in actions]
    return actions


def _is_wanted(kind: str, wanted: Sequence[str] | None) -> bool:
    return not wanted or any(kind == each or kind.startswith(f"{each}.") or each == "" for each in wanted)


def _overlap(found: types.Range, asked: types.Range) -> bool:
    """Whether a finding is in the requested range. A cursor requests its whole line: some editors show a finding at the end of it."""
    if asked.start == asked.end:
        return found.start.line <= asked.start.line <= found.end.line
    return _order(found.start) <= _order(asked.end) and _order(asked.start) <= _order(found.end)


def _order(place: types.Position) -> tuple[int, int]:
    return place.line, place.character


def _every(checked: CheckedDocument) -> Iterator[types.Diagnostic]:
    """The diagnostics of all parts."""
    for found in checked.report.diagnostics.values():
        yield from found


def details(diagnostic: types.Diagnostic) -> Mapping[str, Any]:
    """The data that `Translator` attached to a diagnostic for its actions."""
    data: Mapping[str, Any] = diagnostic.data or {}
    return data


def fix_of(diagnostic: types.Diagnostic) -> Mapping[str, Any] | None:
    """The fix of a diagnostic, if it has one."""
    return details(diagnostic).get("fix")


def is_safe(diagnostic: types.Diagnostic) -> bool:
    """Whether a diagnostic has a safe fix."""
    fix = fix_of(diagnostic)
    return fix is not None and bool(fix["safe"])


def _actions_for(
    server: Server, checked: CheckedDocument, part: DocumentPart, diagnostic: types.Diagnostic
) -> Iterator[types.CodeAction]:
    document, code = checked.document, str(diagnostic.code)
    named = f"{code} {details(diagnostic)['name']}"
    fix = fix_of(diagnostic)
    if fix is not None:
        yield types.CodeAction(
            f"{fix['title']} ({_label(code, safe=fix['safe'])})", types.CodeActionKind.QuickFix, [diagnostic],
            is_preferred=True if fix["safe"] else None, edit=workspace_edit(server, document, _edits(fix)),
        )  # fmt: skip
        same = [each for each in _every(checked) if each.code == code and fix_of(each) is not None]
        if len(same) > 1:
            title = f"Fix all {len(same)} findings of {_label(named, safe=all(map(is_safe, same)))} in this file"
            yield _lazily(title, types.CodeActionKind.QuickFix, document, code, diagnostic)
    suppression = _suppression(server, document, part, diagnostic)
    if suppression is not None:
        edit = workspace_edit(server, document, {part.uri: [suppression]})
        yield types.CodeAction(
            f"Suppress {code} on this line, with a reason", types.CodeActionKind.QuickFix, [diagnostic], edit=edit
        )
    command = types.Command(f"Show the rule {named}", SHOW_RULE, arguments=[code])
    yield types.CodeAction(command.title, types.CodeActionKind.QuickFix, [diagnostic], command=command)


def _label(text: str, *, safe: bool) -> str:
    return text if safe else f"{text}, unsafe"


def _edits(fix: Mapping[str, Any]) -> dict[str, list[types.TextEdit]]:
    made: dict[str, list[types.TextEdit]] = {}
    for edit in fix["edits"]:
        start, end = (types.Position(**edit["range"][name]) for name in ("start", "end"))
        made.setdefault(edit["uri"], []).append(types.TextEdit(types.Range(start, end), edit["newText"]))
    return made


def _suppression(
    server: Server, document: Document, part: DocumentPart, diagnostic: types.Diagnostic
) -> types.TextEdit | types.SnippetTextEdit | None:
    """The edit that inserts a suppression comment. A client that supports snippets selects its reason, to be typed over."""
    fix = next((each.fix for each in allowed(document.path, document.data, [_finding(document, part, diagnostic)], REASON)), None)
    if fix is None:
        return None
    (edit,) = fix.edits
    place = range_of(part.lines, edit.start, edit.end, server.codec)
    if server.supports("workspace.workspace_edit.snippet_edit_support"):
        return types.SnippetTextEdit(place, types.StringValue(edit.content.replace(REASON, f"${{0:{REASON}}}")))
    return types.TextEdit(place, edit.content)


def _finding(document: Document, part: DocumentPart, diagnostic: types.Diagnostic) -> Finding:
    """Rebuild from a diagnostic as much of its finding as inserting a suppression needs."""
    known = details(diagnostic)
    row, noqa_row = known["rows"]
    start, cell = Location(row, known["column"]), document.parts.index(part) + 1 if document.is_notebook else None
    return Finding(
        str(diagnostic.code), known["name"], diagnostic.message, document.path, start, start, Confidence.HIGH, "", None,
        cell=cell, noqa_row=noqa_row,
    )  # fmt: skip


def workspace_edit(server: Server, document: Document, edits: Edits) -> types.WorkspaceEdit:
    """Edits for the client. They carry versions if it supports those, and are then refused if the document has changed meanwhile."""
    if not server.supports("workspace.workspace_edit.document_changes"):
        plain = {uri: [each for each in made if isinstance(each, types.TextEdit)] for uri, made in edits.items()}
        return types.WorkspaceEdit(changes=plain)
    versions = {part.uri: part.version for part in document.parts}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions[uri]), list(made))
            for uri, made in edits.items()
        ]
    )


def _lazily(
    title: str, kind: str, document: Document, code: str | None, diagnostic: types.Diagnostic | None = None
) -> types.CodeAction:
    """An action whose edits are computed when it is chosen (`codeAction/resolve`)."""
    data = {"uri": document.uri, "code": code}
    return types.CodeAction(title, kind, [diagnostic] if diagnostic is not None else None, data=data)


def _resolves(server: Server) -> bool:
    """Whether the client asks for the edits of an action when it is chosen."""
    support = get_capability(server.client_capabilities, "text_document.code_action.resolve_support")
    return support is not None and "edit" in support.properties and server.supports("text_document.code_action.data_support")


async def resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    """Compute the edits of an action. If the fixes do not settle it gets none and the user sees why."""
    data: Mapping[str, Any] = action.data or {}
    document = server.documents.document(data["uri"]) if "uri" in data else None
    if document is None:
        return action
    try:
        made = await server.worker.ask(Urgency.REQUEST, Analysis.fixes, document.path, data["code"])
    except (AnalysisError, WorkerDied) as error:
        made = str(error)
    if isinstance(made, str):
        server.notify_user(made, types.MessageType.Error)
    else:
        action.edit = workspace_edit(server, document, made)
    return action


async def show_rule(server: Server, code: str) -> None:
    """Open the page of a rule in a browser, or show it as a message if the client cannot."""
    try:
        rule = find(code)
    except UnknownRule as error:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, str(error)))
        return
    if rule.url and server.supports("window.show_document.support"):
        shown = await server.window_show_document_async(types.ShowDocumentParams(rule.url, external=True))
        if shown.success:
            return
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"{rule.code} {rule.page}"))


HANDLERS = {types.CODE_ACTION_RESOLVE: resolve}
