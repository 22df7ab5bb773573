"""Parts of the server without a client: the worker and its death, comments that allow, options, encodings."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest
from conftest import run

from s3lint.faces.server import analyst as analysts
from s3lint.faces.server.allowance import allowance
from s3lint.faces.server.analyst import Analyst, Died, Urgency
from s3lint.faces.server.desk import Desk
from s3lint.faces.server.documents import Document, Part, encoded
from s3lint.faces.server.options import Options, WrongOption
from s3lint.faces.server.worker import Failure
from s3lint.fixer import edited
from s3lint.source import Source, split_lines


def die(desk: Desk) -> None:
    os._exit(1)


def fail(desk: Desk) -> None:
    raise ValueError("no such thing")


def hang(desk: Desk) -> None:
    time.sleep(600)


def opened(desk: Desk) -> list[Path]:
    print("a rule pack that prints")
    return list(desk.opened)


DOCUMENT = Document("file:///a.py", Path("/a.py"), 1, (Part("file:///a.py", "x = 1\n", 1),))


def test_the_server_outlives_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysts, "GRACE", 0)

    async def session() -> None:
        analyst = Analyst()
        analyst.put(DOCUMENT)
        try:
            with pytest.raises(Died):
                await analyst.ask(Urgency.REQUEST, die)
            with pytest.raises(Failure, match="ValueError: no such thing"):
                await analyst.ask(Urgency.REQUEST, fail)
            assert await analyst.ask(Urgency.REQUEST, opened) == [Path("/a.py")]
            stuck = asyncio.ensure_future(analyst.ask(Urgency.REQUEST, hang))
            waiting = asyncio.ensure_future(analyst.ask(Urgency.WORKSPACE, die))
            await asyncio.sleep(0)
            stuck.cancel()
            waiting.cancel()
            assert await analyst.ask(Urgency.REQUEST, opened) == [Path("/a.py")]
        finally:
            analyst.stop()

    asyncio.run(session())


@pytest.mark.parametrize(
    ("text", "rows", "expected"),
    [
        ("call(a)\n", (1, 1), "call(a)  # s3lint: allow[STO201] why\n"),
        ("call(a)  # noted\r\n", (1, 1), "call(a)  # noted  # s3lint: allow[STO201] why\r\n"),
        ("call(\n    a,\n)\n", (2, 2), "call(\n    a,  # s3lint: allow[STO201] why\n)\n"),
        ("call(a, \\\n  b)\n", (1, 2), "call(a, \\\n  b)  # s3lint: allow[STO201] why\n"),
        ('if x:\n\tcall("""\na\n""", \\\n b, """\n\n""" + \\\n c)\n', (3, 3), 'if x:\n\t# s3lint: allow[STO201] why\n\tcall("""\na\n""", \\\n b, """\n\n""" + \\\n c)\n'),
        ("call(a)  # s3lint: allow[STO301] once\n", (1, 1), "call(a)  # s3lint: allow[STO301, STO201] once\n"),
        ("# s3lint: allow[STO301] once\ncall(\n  a)\n", (3, 3), "# s3lint: allow[STO301, STO201] once\ncall(\n  a)\n"),
        ("call(f'''\n{a}\n''')", (2, 3), "call(f'''\n{a}\n''')  # s3lint: allow[STO201] why"),
        ("# MAGIC %sql SELECT 1\n", (1, 1), None),
        ("%%sql\nSELECT 1\n", (2, 2), None),
        ("call((\n", (1, 1), None),
    ],
)  # fmt: skip
def test_where_a_finding_is_allowed(text: str, rows: tuple[int, int], expected: str | None) -> None:
    edit = allowance(split_lines(text), rows, "STO201", "why")
    assert (edited(text, [edit]) if edit is not None else None) == expected


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
        sys.executable, "-c", "import sys; sys.modules['pygls'] = None; from s3lint.faces.command import main; sys.exit(main(['server']))",
        cwd=tmp_path,
    )  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert done.err == "s3lint: the server needs pygls: python -m pip install 's3lint[lsp]'\n"
