"""Handlers for documents that are opened, changed, saved and closed, and for changes of files, folders and settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from s3lint.config.load import NAMES
from s3lint.lsp.analysis import Analysis
from s3lint.lsp.documents import OpenDocuments, path_of
from s3lint.lsp.options import Options, WrongOption
from s3lint.lsp.server import DEBOUNCE_SECONDS, Server
from s3lint.lsp.worker import AnalysisError
from s3lint.lsp.worker_client import Urgency, WorkerDied
from s3lint.project.formatters import FLAKE8_FILES
from s3lint.registry import registry

OTHER_FILES = (".gitignore", *FLAKE8_FILES)
"""Files beside TOML that tell what is checked, or how fixes are written."""

WATCHED = ("**/*.py", "**/*.pyi", "**/*.toml", *(f"**/{name}" for name in OTHER_FILES))


def initialize(server: Server, params: types.InitializeParams) -> None:
    """Take over the workspace, encoding and options of the client. The worker starts with the first request."""
    before = server.workspace
    # pygls splits lines at form feeds and other characters that end none in the protocol, and has no hook for another workspace.
    server.protocol._workspace = OpenDocuments(  # noqa: SLF001
        before.root_uri, types.TextDocumentSyncKind.Incremental, params.workspace_folders, before.position_encoding
    )
    server.worker.encoding = str(getattr(before.position_encoding, "value", before.position_encoding))
    server.worker.folders = _folders(server)
    _read_options(server, params.initialization_options)


async def initialized(server: Server, params: types.InitializedParams) -> None:
    """Report broken rule packs and ask the client to watch files."""
    for problem in registry().problems:
        server.notify_user(problem)
    if server.supports("workspace.did_change_watched_files.dynamic_registration"):
        watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("s3lint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        with suppress(JsonRpcException):
            await server.client_register_capability_async(types.RegistrationParams([registration]))


def shutdown(server: Server, *_: object) -> None:
    server.worker.stop()


def _folders(server: Server) -> tuple[Path, ...]:
    uris = [folder.uri for folder in server.workspace.folders.values()]
    root = server.workspace.root_uri
    return tuple(dict.fromkeys(path_of(uri) for uri in uris or ([root] if root else [])))


def _read_options(server: Server, given: object) -> None:
    try:
        server.options = Options.read(given)
    except WrongOption as error:
        server.notify_user(str(error), types.MessageType.Error)


def did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    _changed(server, params.text_document.uri, opened=True)


def did_open_notebook(server: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    _changed(server, params.notebook_document.uri, opened=True)


def did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    _changed(server, params.text_document.uri)


def did_change_notebook(server: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    """Check a changed notebook and clear the diagnostics of deleted cells."""
    for text in (params.change.cells and params.change.cells.structure and params.change.cells.structure.did_close) or []:
        server.forget(text.uri, [text.uri])
    _changed(server, params.notebook_document.uri)


def _changed(server: Server, uri: str, *, opened: bool = False) -> None:
    """Hand the new text to the worker and schedule a check: at once on opening, else after a pause in typing."""
    document = server.documents.document(uri)
    if document is None:
        return
    server.changes += 1
    server.worker.put(document)
    if opened:
        server.schedule(document.uri, replace=True)
    elif server.options.run == "onType":
        server.schedule(document.uri, DEBOUNCE_SECONDS)


async def did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    await _saved(server, params.text_document.uri)


async def did_save_notebook(server: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    await _saved(server, params.notebook_document.uri)


async def _saved(server: Server, uri: str) -> None:
    """Check a saved document. A saved configuration file counts even if the client watches no files."""
    document = server.documents.document(uri)
    if document is not None:
        server.schedule(document.uri, replace=True)
    elif path_of(uri).name in NAMES:
        server.restart()


async def did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.forget(uri, [uri])
    await server.closed(path_of(uri))


async def did_close_notebook(server: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    uri = params.notebook_document.uri
    server.forget(uri, [cell.uri for cell in params.cell_text_documents])
    await server.closed(path_of(uri).with_suffix(".ipynb"))


async def did_change_watched_files(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """Check open documents again, since any may import a changed file; start again if a configuration or `.gitignore` changed."""
    paths = [path_of(change.uri) for change in params.changes]
    if any(path.suffix == ".toml" or path.name in OTHER_FILES for path in paths):
        server.restart()
        return
    server.changes += 1
    try:
        await server.worker.ask(Urgency.DEPENDENT, Analysis.refresh, paths)
    except (AnalysisError, WorkerDied):
        return
    server.recheck([document.uri for document in server.documents if document.path not in paths])


def did_change_configuration(server: Server, params: types.DidChangeConfigurationParams) -> None:
    if isinstance(params.settings, Mapping) and "s3lint" in params.settings:
        _read_options(server, params.settings)


def did_change_workspace_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    server.worker.folders = _folders(server)
    server.restart()


HANDLERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: initialize,
    types.INITIALIZED: initialized,
    types.SHUTDOWN: shutdown,
    types.TEXT_DOCUMENT_DID_OPEN: did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: did_change,
    types.TEXT_DOCUMENT_DID_SAVE: did_save,
    types.TEXT_DOCUMENT_DID_CLOSE: did_close,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: did_open_notebook,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: did_change_notebook,
    types.NOTEBOOK_DOCUMENT_DID_SAVE: did_save_notebook,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: did_close_notebook,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: did_change_watched_files,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: did_change_configuration,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: did_change_workspace_folders,
}
