"""The server's side of the worker: jobs in order of urgency, one at a time, and another worker where one dies or is stuck."""

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

from s3lint.lsp.analysis import Desk
from s3lint.lsp.documents import Document
from s3lint.lsp.worker import Failure, work

GRACE = 10.0
"""Seconds for which a job that nobody waits for any more may go on; then its worker is replaced."""

P = ParamSpec("P")
T = TypeVar("T")


class Died(Exception):
    """The worker ended in the middle of a job."""


class Urgency(IntEnum):
    """Somebody waits; somebody types; somebody may look at it; everything else."""

    REQUEST = 0
    CHANGE = 1
    DEPENDANT = 2
    WORKSPACE = 3


@dataclass(order=True)
class Job:
    urgency: Urgency
    number: int
    function: Callable[..., Any] = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False)
    answer: asyncio.Future[Any] = field(compare=False)


@dataclass(frozen=True)
class Worker:
    process: BaseProcess
    connection: Connection

    @classmethod
    def start(cls, folders: tuple[Path, ...], encoding: str) -> Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs,), daemon=True, name="s3lint worker")
        process.start()
        theirs.close()
        ours.send((folders, encoding))
        return cls(process, ours)

    def exchange(self, message: object) -> Any:
        """Raises `EOFError` or `OSError` where the worker is gone."""
        self.connection.send(message)
        return self.connection.recv()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class Analyst:
    """Asks the worker. Documents are handed over with the next job, as they then are: changed, or closed."""

    def __init__(self) -> None:
        self.folders: tuple[Path, ...] = ()
        self.encoding = "utf-16"
        self._documents: dict[Path, Document] = {}
        self._changed: set[Path] = set()
        self._jobs: asyncio.PriorityQueue[Job] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._worker: Worker | None = None
        self._outdated = False
        self._thread = ThreadPoolExecutor(1, "s3lint worker")
        self._serving: asyncio.Task[None] | None = None

    def put(self, document: Document) -> None:
        self._documents[document.path] = document
        self._changed.add(document.path)

    def drop(self, path: Path) -> None:
        self._documents.pop(path, None)
        self._changed.add(path)

    def reset(self) -> None:
        """Starts afresh with the next job: what is known of files and configuration is no longer true."""
        self._outdated = True

    async def ask(self, urgency: Urgency, function: Callable[Concatenate[Desk, P], T], *arguments: P.args, **_: P.kwargs) -> T:
        """The answer to a job. Raises `Failure` or `Died`. A cancelled job does not start, or is given up."""
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        job = Job(urgency, next(self._numbers), function, arguments, asyncio.get_running_loop().create_future())
        self._jobs.put_nowait(job)
        answer: T = await job.answer
        return answer

    async def _serve(self) -> None:
        while True:
            job = await self._jobs.get()
            if not job.answer.done():
                await self._do(job)

    async def _do(self, job: Job) -> None:
        worker = self._ready()
        updates = {path: self._documents.get(path) for path in self._changed}
        self._changed.clear()
        exchange = asyncio.get_running_loop().run_in_executor(self._thread, worker.exchange, (updates, job.function, job.arguments))
        await asyncio.wait({exchange, job.answer}, return_when=asyncio.FIRST_COMPLETED)
        if not exchange.done():
            await asyncio.wait({exchange}, timeout=GRACE)
        if not exchange.done():
            worker.process.kill()
        try:
            answer = await exchange
        except (EOFError, OSError):
            self._stop_worker()
            answer = Died(f"the check of {', '.join(map(str, job.arguments))} ended unexpectedly")
        if job.answer.done():
            return
        if isinstance(answer, (Failure, Died)):
            job.answer.set_exception(answer)
        else:
            job.answer.set_result(answer)

    def _ready(self) -> Worker:
        if self._outdated:
            self._stop_worker()
        if self._worker is None:
            self._worker = Worker.start(self.folders, self.encoding)
            self._changed = set(self._documents)
        return self._worker

    def _stop_worker(self) -> None:
        self._outdated = False
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def stop(self) -> None:
        """Ends the worker."""
        self._stop_worker()
        with suppress(RuntimeError):
            if self._serving is not None:
                self._serving.cancel()
        self._thread.shutdown(wait=False)
