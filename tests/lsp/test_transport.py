"""What a client may send: no message ends the server or prints a traceback, and one whose end cannot be found ends it in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TEXT = 'import boto3\nboto3.client("s3").upload_file("a.pdf", "acme-documents", "a.pdf")\n'


def framed(content: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(content), content)


def message(**fields: Any) -> bytes:
    return framed(json.dumps({"jsonrpc": "2.0", **fields}).encode())


def opened(uri: str) -> bytes:
    document = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
    return message(method="textDocument/didOpen", params={"textDocument": document})


def hover(document: object, position: object) -> bytes:
    return message(id=3, method="textDocument/hover", params={"textDocument": document, "position": position})


BEGIN = message(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
END = message(id=99, method="shutdown") + message(method="exit")

SURVIVED = {
    "a line before the header": b"hello\r\n" + message(method="$/x"),
    "another header": b"X-Other: 1\r\n" + message(method="$/x"),
    "no JSON": framed(b"{nope"),
    "no UTF-8": framed(b'{"jsonrpc": "\xff"}'),
    "a number": framed(b"5"),
    "null": framed(b"null"),
    "a text": framed(b'"x"'),
    "white space": framed(b"  "),
    "deep lists": framed(b"[" * 100_000 + b"]" * 100_000),
    "a deep object": framed(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "half a character": framed(b'{"jsonrpc":"2.0","id":"\\ud800","method":"textDocument/hover"}'),
    "wrong parameters": message(id=3, method="textDocument/hover", params=7),
    "a place outside": hover({"uri": "file:///a.py"}, {"line": -4, "character": 10**30}),
    "an infinite place": framed(b'{"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{"position":{"line":1e999}}}'),
    "no version of JSON-RPC": framed(b'{"method": "x"}'),
    "a file called NUL": opened("file:///tmp/%00.py"),
    "a strange port": opened("file://host:99999999/x%zz.py"),
    "a bracket": opened("file://[::1/x.py"),
    "no scheme": opened("x.py"),
    "no name": opened(""),
    "a long name": opened(f"file:///{'a' * 5_000}.py"),
    "half a character in a name": opened("file:///tmp/\udcff.py"),
}

CELL = {"kind": 2, "document": "vscode-notebook-cell:/n#0"}
CELLS = message(
    method="notebookDocument/didOpen",
    params={
        "notebookDocument": {"uri": "file:///n.ipynb", "notebookType": "jupyter-notebook", "version": 1, "cells": [CELL]},
        "cellTextDocuments": [{"uri": CELL["document"], "languageId": "python", "version": 1, "text": TEXT}],
    },
)


def settings(value: object) -> bytes:
    return message(method="workspace/didChangeConfiguration", params={"settings": value})


def folders(*uris: str) -> bytes:
    event = {"added": [{"uri": uri, "name": "x"} for uri in uris], "removed": [{"uri": "file:///nowhere", "name": "y"}]}
    return message(method="workspace/didChangeWorkspaceFolders", params={"event": event})


def cells(change: object) -> bytes:
    params = {"notebookDocument": {"uri": "file:///n.ipynb", "version": 2}, "change": change}
    return CELLS + message(method="notebookDocument/didChange", params=params)


def structure(start: int, count: int, **more: object) -> bytes:
    return cells({"cells": {"structure": {"array": {"start": start, "deleteCount": count}, **more}}})


SURVIVED |= {
    **{f"settings {value!r:.30}": settings(value) for value in (None, [], 7, {"s3lint": []}, {"s3lint": {"run": [["onType"]]}})},
    "settings with an escape": settings({"s3lint": {"\x1b[31m": 1}}),
    "settings that name a program": settings({"s3lint": {"path": ["sh", "-c", "exit"]}}),
    "folders inside each other": folders("file:///tmp", "file:///tmp/..", "file:///tmp/a/b"),
    "folders of no place": folders("file://[", "file:///%00", "untitled:x", "file://host/share", "file:///c%3A/x"),
    **{
        f"a document {uri}": opened(uri) + hover({"uri": uri}, {"line": 1, "character": 30})
        for uri in (
            "file://host/share/a.py", "file:///C:%5Cx%5Ca.py", "file:///tmp%2f..%2fa.py", "file:///dev/zero", "untitled:../../x",
            "data:text/plain,x.py", "jar:file:///x.jar!/a.py", "file:///tmp/a%0ab.py", "vscode-notebook-cell:/x.ipynb#1",
        )
    },
    "cells before the first": structure(-1, 5, didClose=[{"uri": "x"}]),
    "cells behind the last": structure(10**9, 10**9),
    "a cell that nobody has": cells({"cells": {"textContent": [{"document": {"uri": "x", "version": 1}, "changes": [{"text": "y"}]}]}}),
    "all cells gone": structure(0, 1, didClose=[{"uri": CELL["document"]}]) + hover({"uri": CELL["document"]}, {"line": 0, "character": 0}),
    **{
        f"an action {data!r}": opened("file:///a.py") + message(id=3, method="codeAction/resolve", params={"title": "x", "data": data})
        for data in ("y", [1], {"uri": None}, {"uri": "file:///a.py"}, {"uri": "file:///a.py", "code": {"a": 1}})
    },
    **{
        f"a command {given!r}": message(id=3, method="workspace/executeCommand", params={"command": "s3lint.showRule", "arguments": given})
        for given in (None, [5], [{}], ["../x"], ["\x1b[31m", "x"])
    },
    "files without a name": message(
        method="workspace/didChangeWatchedFiles", params={"changes": [{"uri": uri, "type": 2} for uri in ("file://[", "", "file:///%00")]}
    ),
}  # fmt: skip

ENDED = {
    "a length beyond all memory": b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "a length above the limit": b"Content-Length: 999999999999\r\n\r\n{}",
    "thousands of digits": b"Content-Length: " + b"9" * 6_000 + b"\r\n\r\n{}",
    "a negative length": b"Content-Length: -5\r\n\r\n{}",
    "a word": b"Content-Length: many\r\n\r\n{}",
    "no length": b"Content-Type: x\r\n\r\n{}",
    "an endless line": b"X" * 200_000 + b"\r\n\r\n",
}


def talk(folder: Path, data: bytes) -> tuple[int, bytes, list[str]]:
    """Send bytes to a server, and return its exit code, what it sent, and the lines of its log."""
    done = subprocess.run(
        [sys.executable, "-m", "s3lint", "server"], input=BEGIN + data + END, capture_output=True, cwd=folder, check=False
    )
    return done.returncode, done.stdout, done.stderr.decode().splitlines()


def test_the_server_goes_on_after_all_of_them(tmp_path: Path) -> None:
    asked = [
        b"%b%b" % (data, message(id=100 + number, method="s3lint/unknown", params={}))
        for number, data in enumerate(SURVIVED.values())
    ]
    code, out, log = talk(tmp_path, b"".join(asked))
    assert code == 0
    assert [name for number, name in enumerate(SURVIVED, 100) if b'"id": %d' % number not in out] == []
    assert all(line.startswith("s3lint: ") and len(line) < 1_000 for line in log)


@pytest.mark.extended
@pytest.mark.parametrize("data", SURVIVED.values(), ids=SURVIVED)
def test_the_server_goes_on(data: bytes, tmp_path: Path) -> None:
    code, out, log = talk(tmp_path, data)
    assert code == 0
    assert b'"id": 99' in out
    assert all(line.startswith("s3lint: ") and len(line) < 1_000 for line in log)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(data, id=name, marks=[pytest.mark.extended][: name not in ("a negative length", "an endless line")])
        for name, data in ENDED.items()
    ],
)
def test_the_server_ends_with_one_sentence(data: bytes, tmp_path: Path) -> None:
    code, _, log = talk(tmp_path, data)
    assert code == 2
    assert [line for line in log if "Content-Length" in line] == log
    assert len(log) == 1


def test_the_messages_of_a_batch_are_answered_one_by_one(tmp_path: Path) -> None:
    batch = [{"jsonrpc": "2.0", "id": number, "method": "s3lint/unknown", "params": {}} for number in (7, 8)]
    code, out, _ = talk(tmp_path, framed(json.dumps([*batch, 5]).encode()))
    assert code == 0
    assert b'"id": 7' in out
    assert b'"id": 8' in out
