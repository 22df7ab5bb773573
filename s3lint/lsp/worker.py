"""The process in which documents are checked: whatever a text does to it, the server goes on and starts another."""

from __future__ import annotations

import gc
import os
from multiprocessing.connection import Connection

from s3lint.config.load import ConfigurationError
from s3lint.lsp.analysis import Desk

IDLE = 1.0
"""Seconds without work after which garbage is collected: while somebody types, the collector would only be in the way."""

LONGEST = 50
"""How many jobs may pass without a collection."""


class Failure(Exception):
    """Something went wrong inside s3lint; the text says what."""


def work(connection: Connection) -> None:
    """Answers jobs, each a function of the desk with its arguments, until nobody asks any more."""
    # Standard output belongs to the protocol; a rule pack that prints must not break it.
    os.dup2(2, 1)
    gc.disable()
    desk = Desk(*connection.recv())
    jobs = 0
    while True:
        jobs += 1
        if jobs > LONGEST or not connection.poll(IDLE):
            gc.collect()
            jobs = 0
        try:
            updates, function, arguments = connection.recv()
        except (EOFError, OSError):
            return
        try:
            for path, document in updates.items():
                if document is not None:
                    desk.update(document)
                else:
                    desk.close(path)
            answer = function(desk, *arguments)
        except ConfigurationError as error:
            answer = Failure(str(error))
        except Exception as error:
            answer = Failure(f"{type(error).__name__}: {error}")
        connection.send(answer)
