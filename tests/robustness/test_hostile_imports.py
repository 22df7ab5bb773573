"""Modules in the checked folder that are named as those which Python imports when a process starts: none is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lsp.test_transport import BEGIN, END, message, opened

NAMES = ("multiprocessing", "pickle", "runpy", "signal", "socket", "struct", "tempfile", "libcst", "s3lint", "sitecustomize")

POOL = """\
import multiprocessing, sys, threading
from s3lint.support import workers

if __name__ == "__main__":
    if sys.argv[1] == "spawn":
        workers.context = lambda: multiprocessing.get_context("spawn")
    ended = threading.Event()
    threading.Thread(target=ended.wait, daemon=True).start()
    numbers = iter([-1, -2])
    print(sorted(made for _, made in workers.spread(abs, [numbers, numbers])), multiprocessing.active_children())
    ended.set()
"""
"""While another thread runs, workers come from a server of processes instead of a fork."""


@pytest.fixture
def workspace(tmp_path: Path) -> tuple[Path, Path]:
    """Return a folder of modules that write a file when they are imported, and this file."""
    folder, snapped = tmp_path / "workspace", tmp_path / "snapped"
    for name in NAMES:
        for place in (folder / f"{name}.py", folder / name / "__init__.py"):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"open({str(snapped)!r}, 'a').write({name!r})\n")
    return folder, snapped


def test_the_trap_of_modules_works(workspace: tuple[Path, Path]) -> None:
    folder, snapped = workspace
    subprocess.run([sys.executable, "-c", "import pickle"], cwd=folder, check=True)
    assert snapped.read_text() == "pickle"


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no forkserver")
def test_no_worker_imports_from_the_folder(workspace: tuple[Path, Path], tmp_path: Path, method: str) -> None:
    folder, snapped = workspace
    script = tmp_path / "outside" / "pool.py"
    script.parent.mkdir()
    script.write_text(POOL)
    done = subprocess.run([sys.executable, script, method], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "[1, 2] []\n"
    assert not snapped.exists()


def test_no_worker_of_the_server_imports_from_its_workspace(workspace: tuple[Path, Path], tmp_path: Path) -> None:
    folder, snapped = workspace
    script = tmp_path / "outside" / "s3lint"  # as pip installs the command
    script.parent.mkdir()
    script.write_text("from s3lint.cli import entry_point\n\nif __name__ == '__main__':\n    entry_point()\n")
    uri = (folder / "app.py").as_uri()
    asked = message(id=2, method="textDocument/diagnostic", params={"textDocument": {"uri": uri}})
    with subprocess.Popen([sys.executable, script, "server"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(BEGIN + opened(uri) + asked)
        server.stdin.flush()
        answer: dict[str, object] = {}
        while answer.get("id") != 2:
            length = int(server.stdout.readline().partition(b":")[2])
            while server.stdout.readline().strip():
                pass
            answer = json.loads(server.stdout.read(length))
        server.stdin.write(END)
        server.stdin.close()
    assert "STO201" in str(answer)
    assert not snapped.exists()
