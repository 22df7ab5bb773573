"""The worker process, in which documents are checked. If it crashes or hangs, the server replaces it."""

from __future__ import annotations

import gc
import os
from multiprocessing.connection import Connection

from s3lint.errors import ConfigurationError
from s3lint.lsp.analysis import Analysis

IDLE_SECONDS = 1.0
"""How long without a request until garbage is collected: a collection would delay answers while the user types."""

MAX_REQUESTS_WITHOUT_COLLECTION = 50


class AnalysisError(Exception):
    """A request failed: one sentence about a failure inside s3lint or a wrong configuration."""


def work(connection: Connection) -> None:
    """Answer requests until the server closes the connection. A request is a method of `Analysis` with its arguments."""
    # Standard output belongs to the protocol; a rule pack that prints must not break it.
    os.dup2(2, 1)
    gc.disable()
    analysis = Analysis(*connection.recv())
    requests = 0
    while True:
        requests += 1
        if requests > MAX_REQUESTS_WITHOUT_COLLECTION or not connection.poll(IDLE_SECONDS):
            gc.collect()
            requests = 0
        try:
            updates, function, arguments = connection.recv()
        except (EOFError, OSError):
            return
        try:
            for path, document in updates.items():
                if document is not None:
                    analysis.update(document)
                else:
                    analysis.close(path)
            answer = function(analysis, *arguments)
        except ConfigurationError as error:
            answer = AnalysisError(str(error))
        except Exception as error:
            answer = AnalysisError(f"{type(error).__name__}: {error}")
        connection.send(answer)
