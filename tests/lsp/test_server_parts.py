"""Parts of the server without a client: the worker and its death, options, encodings."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from conftest import run
from s3lint.lsp import worker_client
from s3lint.lsp.analysis import Analysis
from s3lint.lsp.documents import Document, DocumentPart, encoded
from s3lint.lsp.options import Options, WrongOption
from s3lint.lsp.worker import AnalysisError
from s3lint.lsp.worker_client import Urgency, WorkerClient, WorkerDied
from s3lint.source.text import Source


def die(analysis: Analysis) -> None:
    os._exit(1)


def fail(analysis: Analysis) -> None:
    raise ValueError("no such thing")


def hang(analysis: Analysis) -> None:
    time.sleep(600)


def opened(analysis: Analysis) -> list[Path]:
    print("a rule pack that prints")
    return list(analysis.opened)


DOCUMENT = Document("file:///a.py", Path("/a.py"), 1, (DocumentPart("file:///a.py", "x = 1\n", 1),))


def test_the_server_outlives_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_client, "SECONDS_BEFORE_KILL", 0)

    async def session() -> None:
        client = WorkerClient()
        client.put(DOCUMENT)
        try:
            with pytest.raises(WorkerDied):
                await client.ask(Urgency.REQUEST, die)
            with pytest.raises(AnalysisError, match="ValueError: no such thing"):
                await client.ask(Urgency.REQUEST, fail)
            assert await client.ask(Urgency.REQUEST, opened) == [Path("/a.py")]
            stuck = asyncio.ensure_future(client.ask(Urgency.REQUEST, hang))
            waiting = asyncio.ensure_future(client.ask(Urgency.WORKSPACE, die))
            await asyncio.sleep(0)
            stuck.cancel()
            waiting.cancel()
            assert await client.ask(Urgency.REQUEST, opened) == [Path("/a.py")]
        finally:
            client.stop()

    asyncio.run(session())


def test_options() -> None:
    assert Options.read(None) == Options.read({"s3lint": {}}) == Options("onType")
    assert Options.read({"run": "onSave"}).run == "onSave"
    with pytest.raises(WrongOption, match="run must be one of onType, onSave, not 'never'"):
        Options.read({"run": "never"})
    with pytest.raises(WrongOption, match="no setting is called rnu"):
        Options.read({"rnu": "onSave"})


def test_a_text_keeps_its_columns_in_the_encoding_that_it_declares() -> None:
    text = '# -*- coding: latin-1 -*-\nx = "äöü🪣"\n'
    assert Source.decode(Path("a.py"), encoded(text)).lines[1] == 'x = "äöü?"\n'
    assert encoded("\ud800") == b"\xed\xa0\x80"


def test_without_pygls_the_command_says_what_to_install(tmp_path: Path) -> None:
    done = run(
        sys.executable, "-c", "import sys; sys.modules['pygls'] = None; from s3lint.cli import main; sys.exit(main(['server']))",
        cwd=tmp_path,
    )  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert done.err == "s3lint: the server needs pygls: python -m pip install 's3lint[lsp]'\n"
