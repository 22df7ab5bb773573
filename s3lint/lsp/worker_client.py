"""Client of the worker process: sends requests by urgency, one at a time, and replaces a worker that dies or hangs."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from s3lint.lsp.analysis import Analysis
from s3lint.lsp.documents import Document
from s3lint.lsp.worker import AnalysisError, work
from s3lint.support.workers import without_current_folder

SECONDS_BEFORE_KILL = 10.0
"""How long a cancelled request may go on before its worker is killed: starting another costs more than most requests."""

P = ParamSpec("P")
T = TypeVar("T")


class WorkerDied(Exception):
    """The worker ended during a request."""


class Urgency(IntEnum):
    """Which request goes first: what the client waits for, the text being typed, documents that depend on it, the workspace."""

    REQUEST = 0
    CHANGE = 1
    DEPENDENT = 2
    WORKSPACE = 3


@dataclass(order=True)
class Request:
    """A request in the queue; equally urgent ones are answered in the order of their numbers."""

    urgency: Urgency
    number: int
    function: Callable[..., Any] = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False)
    answer: asyncio.Future[Any] = field(compare=False)


@dataclass(frozen=True)
class WorkerProcess:
    """A running worker and the connection to it."""

    process: BaseProcess
    connection: Connection

    @classmethod
    def start(cls, folders: tuple[Path, ...], encoding: str) -> WorkerProcess:
        """Start a worker. It is spawned, not forked: the server has threads, whose locks a fork would copy."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs,), daemon=True, name="s3lint worker")
        with without_current_folder():
            process.start()
        theirs.close()
        ours.send((folders, encoding))
        return cls(process, ours)

    def exchange(self, message: object) -> Any:
        """Send a request and wait for its answer. Raises `EOFError` or `OSError` if the worker is gone."""
        self.connection.send(message)
        return self.connection.recv()

    def kill(self) -> None:
        """End the process at once and close the connection."""
        self.process.kill()
        self.process.join()
        self.connection.close()


class WorkerClient:
    """Sends requests to the worker. Changed and closed documents are sent with the next request, in their newest version."""

    def __init__(self) -> None:
        self.folders: tuple[Path, ...] = ()
        self.encoding = "utf-16"
        self._documents: dict[Path, Document] = {}
        self._changed: set[Path] = set()
        self._queue: asyncio.PriorityQueue[Request] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._worker: WorkerProcess | None = None
        self._outdated = False
        self._thread = ThreadPoolExecutor(1, "s3lint worker")
        self._serving: asyncio.Task[None] | None = None

    def put(self, document: Document) -> None:
        """Take note of a document that was opened or changed."""
        self._documents[document.path] = document
        self._changed.add(document.path)

    def drop(self, path: Path) -> None:
        """Take note of a document that was closed."""
        self._documents.pop(path, None)
        self._changed.add(path)

    def reset(self) -> None:
        """Start a new worker for the next request, because configuration or ignored files have changed."""
        self._outdated = True

    async def ask(self, urgency: Urgency, function: Callable[Concatenate[Analysis, P], T], *arguments: P.args, **_: P.kwargs) -> T:
        """Wait for the answer to a request. Raises `AnalysisError` or `WorkerDied`. A cancelled request does not start, or is given up."""
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        request = Request(urgency, next(self._numbers), function, arguments, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(request)
        answer: T = await request.answer
        return answer

    async def _serve(self) -> None:
        while True:
            request = await self._queue.get()
            if not request.answer.done():
                await self._exchange(request)

    async def _exchange(self, request: Request) -> None:
        worker = self._ready()
        updates = {path: self._documents.get(path) for path in self._changed}
        self._changed.clear()
        exchange = asyncio.get_running_loop().run_in_executor(
            self._thread, worker.exchange, (updates, request.function, request.arguments)
        )
        await asyncio.wait({exchange, request.answer}, return_when=asyncio.FIRST_COMPLETED)
        if not exchange.done():
            await asyncio.wait({exchange}, timeout=SECONDS_BEFORE_KILL)
        if not exchange.done():
            worker.process.kill()
        try:
            answer = await exchange
        except (EOFError, OSError):
            self._stop_worker()
            answer = WorkerDied(f"the check of {', '.join(map(str, request.arguments))} ended unexpectedly")
        if request.answer.done():
            return
        if isinstance(answer, (AnalysisError, WorkerDied)):
            request.answer.set_exception(answer)
        else:
            request.answer.set_result(answer)

    def _ready(self) -> WorkerProcess:
        if self._outdated:
            self._stop_worker()
        if self._worker is None:
            self._worker = WorkerProcess.start(self.folders, self.encoding)
            self._changed = set(self._documents)
        return self._worker

    def _stop_worker(self) -> None:
        self._outdated = False
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def stop(self) -> None:
        """End the worker and the queue."""
        self._stop_worker()
        with suppress(RuntimeError):
            if self._serving is not None:
                self._serving.cancel()
        self._thread.shutdown(wait=False)
