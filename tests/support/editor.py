"""Drive the language server as an editor does: open, change and save documents, and request actions and hovers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

PATIENCE = 15
"""Seconds without an answer after which a test fails."""

APP = """\
import os

import boto3
from config import KEY

s3 = boto3.client("s3")
s3.upload_file("a", os.environ["BUCKET"], KEY, ExtraArgs={"ContentType": "application/pdf"})
"""


def capabilities(*encodings: types.PositionEncodingKind, pull: bool = False) -> types.ClientCapabilities:
    """Return the capabilities of a current editor; with `pull` it requests diagnostics itself."""
    workspace = types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
        workspace_folders=True,
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True) if pull else None,
    )
    actions = types.CodeActionClientCapabilities(
        data_support=True,
        is_preferred_support=True,
        resolve_support=types.ClientCodeActionResolveOptions(["edit"]),
        code_action_literal_support=types.ClientCodeActionLiteralOptions(types.ClientCodeActionKindOptions(["quickfix", "source"])),
    )
    text_document = types.TextDocumentClientCapabilities(
        code_action=actions,
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(documentation_format=[types.MarkupKind.Markdown])
        ),
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
            related_information=True,
            version_support=True,
            code_description_support=True,
            data_support=True,
            tag_support=types.ClientDiagnosticsTagOptions([types.DiagnosticTag.Unnecessary]),
        ),
        diagnostic=types.DiagnosticClientCapabilities() if pull else None,
    )
    return types.ClientCapabilities(
        workspace=workspace,
        text_document=text_document,
        notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities()),
        window=types.WindowClientCapabilities(show_document=types.ShowDocumentClientCapabilities(support=True)),
        general=types.GeneralClientCapabilities(position_encodings=list(encodings)) if encodings else None,
    )


def make_client() -> LanguageClient:
    client = make_test_lsp_client()

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(client: LanguageClient, params: types.RegistrationParams) -> None:
        client.registered = params.registrations

    return client


CONFIG = ClientServerConfig(server_command=[sys.executable, "-m", "s3lint", "server"], client_factory=make_client)


class Editor:
    """Drives one server. Rows and columns start at 0, as in the protocol."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self._versions: dict[str, int] = {}

    async def start(self, *folders: Path, can: types.ClientCapabilities | None = None, options: object = None) -> None:
        named = [types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders]
        await self.client.initialize_session(
            types.InitializeParams(capabilities=can or capabilities(), workspace_folders=named, initialization_options=options)
        )

    def open(self, uri: str, text: str) -> str:
        self._versions[uri] = 1
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", 1, text)))
        return uri

    def change(self, uri: str, text: str, place: types.Range | None = None) -> None:
        """Replace the whole text, or a range of it."""
        self._versions[uri] += 1
        made: Any = (
            types.TextDocumentContentChangePartial(place, text) if place else types.TextDocumentContentChangeWholeDocument(text)
        )
        document = types.VersionedTextDocumentIdentifier(self._versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [made]))

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        self._versions.pop(uri, None)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close_all(self) -> None:
        for uri in list(self._versions):
            self.close(uri)

    def touched(self, *paths: Path) -> None:
        """Notify the server that files changed on disk."""
        changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))

    async def shown(self, uri: str, *codes: str) -> list[types.Diagnostic]:
        """Wait until a document shows exactly these codes; return its diagnostics."""
        await self.until(lambda: uri in self.client.diagnostics and self.codes(uri) == sorted(codes))
        return list(self.client.diagnostics[uri])

    def codes(self, uri: str) -> list[str]:
        return sorted(str(found.code) for found in self.client.diagnostics.get(uri, ()))

    async def until(self, holds: Callable[[], bool], method: str = types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS) -> None:
        """Wait for notifications until a condition is true. Raises `asyncio.TimeoutError` after `PATIENCE` seconds without one."""
        while not holds():
            await asyncio.wait_for(self.client.protocol.wait_for_notification_async(method), PATIENCE)

    async def told(self, words: str) -> None:
        """Wait until the server shows the user a message with these words."""
        await self.until(lambda: any(words in each.message for each in self.client.messages), types.WINDOW_SHOW_MESSAGE)

    async def actions(self, uri: str, place: types.Range, *only: str) -> dict[str, types.CodeAction]:
        """Return the offered actions by title. lsprotocol decodes an action with a command as a bare command, without edit."""
        context = types.CodeActionContext([], only=list(only) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        found = await self.client.text_document_code_action_async(params)
        return {
            action.title: action if isinstance(action, types.CodeAction) else types.CodeAction(action.title)
            for action in found or ()
        }

    async def chosen(self, actions: dict[str, types.CodeAction], beginning: str) -> types.TextDocumentEdit:
        """Return the edit of the action whose title begins with a text; the edit must be of one document."""
        action = next(action for title, action in actions.items() if title.startswith(beginning))
        if action.edit is None:
            action = await self.client.code_action_resolve_async(action)
        assert action.edit is not None
        assert action.edit.document_changes is not None
        (edit,) = action.edit.document_changes
        assert isinstance(edit, types.TextDocumentEdit)
        return edit

    async def hover(self, uri: str, row: int, column: int) -> str:
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(row, column))
        found = await self.client.text_document_hover_async(params)
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value


def applied(text: str, edit: types.TextDocumentEdit, encoding: str = "utf-16-le") -> str:
    """Apply the edits of a document to its text. Columns count code units of the encoding."""
    width = 2 if encoding.startswith("utf-16") else 1
    lines = text.splitlines(keepends=True)

    def offset(place: types.Position) -> int:
        before = "".join(lines[: place.line])
        line = lines[place.line] if place.line < len(lines) else ""
        return len(before) + len(line.encode(encoding)[: place.character * width].decode(encoding))

    for each in sorted(edit.edits, key=lambda each: offset(each.range.start), reverse=True):
        assert isinstance(each, types.TextEdit)
        text = text[: offset(each.range.start)] + each.new_text + text[offset(each.range.end) :]
    return text


def line(row: int) -> types.Range:
    """Return the range of a whole line."""
    return types.Range(types.Position(row, 0), types.Position(row, 10_000))


def at(row: int, column: int) -> types.Range:
    return types.Range(types.Position(row, column), types.Position(row, column))


def notebook(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "metadata": {}, "nbformat": 4}).encode()
