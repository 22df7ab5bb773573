"""Nothing that is checked is ever executed, imported or unpickled, and no configuration names code."""

from __future__ import annotations

import ast
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psutil
import pytest

from conftest import BUCKET_BY_NAME, CHECKOUT, Write, run, s3lint
from s3lint.settings import Settings

PLANTED = (
    "open({marker!r}, 'a').write(__name__)\nimport boto3\nboto3.client('s3').put_object(Bucket='acme-x', Key='x.txt', Body=b)\n"
)

NAMES = (
    "conftest.py", "sitecustomize.py", "usercustomize.py", "setup.py", "__init__.py", "__main__.py", "ast.py", "tokenize.py",
    "tomllib.py", "json.py", "boto3.py", "libcst.py", "libcst/__init__.py", "flake8.py", "rich.py", "pathspec.py", "noxfile.py",
)  # fmt: skip


@pytest.fixture
def planted(project: Write, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project whose every file would leave a mark if it were run, and the mark."""
    marker = tmp_path_factory.mktemp("mark") / "executed"
    text = PLANTED.format(marker=str(marker))
    root = project(dict.fromkeys(NAMES, text))
    (root / "planted.pth").write_text(f"import os; open({str(marker)!r}, 'a').write('pth')\n")
    (root / "pyproject.toml").write_text(
        "[build-system]\nbuild-backend = 'setup'\nbackend-path = ['.']\n[tool.s3lint]\nlint-tests = true\n"
    )
    return root, marker


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("check",), marks=pytest.mark.extended),
        ("check", "--jobs", "2"),
        ("check", "--fix", "--unsafe-fixes"),
        pytest.param(("report", "--html", "report.html"), marks=pytest.mark.extended),
        pytest.param(("baseline",), marks=pytest.mark.extended),
        pytest.param(("waivers",), marks=pytest.mark.extended),
        pytest.param(("config",), marks=pytest.mark.extended),
    ],
    ids=" ".join,
)
def test_nothing_in_a_checked_project_is_executed(planted: tuple[Path, Path], arguments: tuple[str, ...]) -> None:
    root, marker = planted
    done = s3lint(*arguments, cwd=root)
    assert done.code in (0, 1), done.err
    assert not marker.exists()


@pytest.mark.extended
def test_flake8_executes_nothing_either(planted: tuple[Path, Path]) -> None:
    root, marker = planted
    done = run(Path(sys.executable).with_name("flake8"), "--isolated", "--select=STO", cwd=root)
    assert "STO201" in done.out
    assert not marker.exists()


def test_the_server_executes_nothing_and_opens_no_port(planted: tuple[Path, Path]) -> None:
    root, marker = planted
    with talking(root) as (process, send):
        send({"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": root.as_uri(), "capabilities": {}}})
        answer = received(process)
        listening = [each for one in (process, *process.children(recursive=True)) for each in one.net_connections("inet")]
    assert answer["result"]["serverInfo"]["name"] == "s3lint"
    assert listening == []
    assert not marker.exists()


@contextmanager
def talking(root: Path) -> Iterator[tuple[psutil.Popen, Callable[[dict[str, object]], None]]]:
    """A server on standard input and output, and what sends it a message."""
    command = [sys.executable, "-m", "s3lint", "server"]
    with psutil.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:

        def send(message: dict[str, object]) -> None:
            body = json.dumps({"jsonrpc": "2.0", **message}).encode()
            process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            process.stdin.flush()

        try:
            yield process, send
        finally:
            process.kill()


def received(process: psutil.Popen) -> dict[str, Any]:
    """Return the next answer; other messages of the server are passed over."""
    while True:
        length = 0
        while line := process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message = json.loads(process.stdout.read(length))
        if "result" in message:
            return message


def test_the_mark_shows_when_something_is_executed(planted: tuple[Path, Path]) -> None:
    root, marker = planted
    run(sys.executable, "-c", "import conftest", cwd=root)
    assert marker.exists()


@pytest.mark.parametrize("key", ["plugins", "rules", "packs", "load", "import", "entry-points"])
def test_no_setting_names_code(project: Write, key: str) -> None:
    done = s3lint("check", cwd=project({"s3lint.toml": f"{key} = ['os.system']\n", "a.py": ""}))
    assert done.code == 2
    assert "no setting is called" in done.err
    assert {field.name for field in fields(Settings)}.isdisjoint({key.replace("-", "_")})


RUNS_CODE = frozenset({"eval", "exec", "pickle", "marshal", "shelve", "runpy", "dill", "cloudpickle"})

TRUSTED = {"s3lint/spark/checking.py", "s3lint/observe/__main__.py", "s3lint/syntax/bare_nodes.py"}
"""The first takes what its own workers send, the second runs the program that its user names, the last writes functions of its own."""


@pytest.mark.parametrize("folder", ["s3lint", "rules"])
def test_no_module_evaluates_or_unpickles(folder: str) -> None:
    users = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if not RUNS_CODE.isdisjoint(names_in(node))
    }
    assert users == (TRUSTED if folder == "s3lint" else set())


def names_in(node: ast.AST) -> set[str]:
    """What a node calls or imports."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return {node.func.id}
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return {node.module or ""} if isinstance(node, ast.ImportFrom) else set()


class Planted:
    """Leaves a mark when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


def test_a_cache_that_others_wrote_is_data(project: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    marker = tmp_path_factory.mktemp("mark") / "unpickled"
    poison = pickle.dumps(Planted(marker))
    root = project({"a.py": BUCKET_BY_NAME, "s3lint.toml": ""})
    command = ("check", "--cache-dir", "cache", "--quiet")
    before = s3lint(*command, cwd=root)
    written = [path for path in (root / "cache").iterdir() if path.is_file()]
    assert written
    for path in written:
        path.write_bytes(poison)
    after = s3lint(*command, cwd=root)
    assert (after.code, after.out) == (before.code, before.out)
    assert not marker.exists()
    pickle.loads(poison)  # noqa: S301
    assert marker.exists()


def test_what_extend_reads_is_not_shown(project: Write) -> None:
    root = project({"secret": "password hunter2\n", "app/s3lint.toml": 'extend = "../secret"\n', "app/a.py": ""})
    done = s3lint("check", cwd=root / "app")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "hunter2" not in done.out + done.err


def test_names_of_files_are_paths_in_sarif_and_nothing_else(project: Write) -> None:
    name = "javascript:a b#c?d%41&.py"
    found = json.loads(s3lint("check", "--output-format", "sarif", cwd=project({name: BUCKET_BY_NAME})).out)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for run_ in found["runs"]
        for result in run_["results"]
    }
    assert {unquote(uri) for uri in uris} == {name}
    assert all(set(uri).isdisjoint(": #?&") for uri in uris)
