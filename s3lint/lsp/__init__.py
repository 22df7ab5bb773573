"""The language server over standard input and output. Needs the extra `lsp`; imported by the command alone."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from lsprotocol import types

from s3lint.lsp import code_actions, hover_completion, pull_diagnostics, sync
from s3lint.lsp.server import Server
from s3lint.lsp.transport import MessageReader, OneLine


def create() -> Server:
    """Make a server with its handlers registered."""
    server = Server()
    offered: list[dict[str, Callable[..., Any]]] = [
        sync.HANDLERS,
        pull_diagnostics.HANDLERS,
        code_actions.HANDLERS,
        hover_completion.HANDLERS,
    ]
    for method, handler in (item for handlers in offered for item in handlers.items()):
        server.feature(method, _options(method))(handler)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_actions.KINDS, resolve_provider=True))(
        code_actions.code_action
    )
    server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["[", ","]))(
        hover_completion.completion
    )
    server.command(code_actions.SHOW_RULE)(code_actions.show_rule)
    return server


def _options(method: str) -> object:
    if method == types.TEXT_DOCUMENT_DIAGNOSTIC:
        return types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="s3lint")
    return None


def serve() -> int:
    """Serve one client until it sends `exit` or closes its end of the pipe. Return 2 if it sent what is no message."""
    protocol = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Standard output belongs to the protocol; a rule pack that prints must not break it.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    logging.basicConfig(level=logging.WARNING, handlers=[OneLine()])
    server, reader = create(), MessageReader(sys.stdin.buffer)
    try:
        server.start_io(reader, protocol)  # type: ignore[arg-type] # pygls calls readline and read
    finally:
        server.worker.stop()
    return 2 if reader.broken else 0
