"""The tutorial, typed word by word: its files are written, its commands run, its output is compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import CHECKOUT

BLOCK = re.compile(r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)

BETWEEN = "--- next command ---"

IDENTITY = {
    f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}


def commands(body: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a block and the lines that it prints."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, shown


def typed(typed_commands: list[str], folder: Path, home: Path) -> list[list[str]]:
    """What each command printed, in one shell."""
    script = "\n".join(f"{{ {command}\n}} 2>&1\necho '{BETWEEN}'" for command in typed_commands)
    environment = {
        **os.environ,
        **IDENTITY,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, check=False)
    return [part.splitlines() for part in done.stdout.decode().split(f"{BETWEEN}\n")[:-1]]


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether lines are those printed; `…` stands for any text, and alone on a line for any lines."""
    pattern = "".join("(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n" for line in shown)
    return re.fullmatch(pattern + ("(?:.*\n)*" if "…" in shown else ""), "".join(f"{line}\n" for line in printed)) is not None


@pytest.mark.extended
def test_the_tutorial_leads_from_the_first_run_to_green(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    text = (CHECKOUT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    ran = 0
    for block in BLOCK.finditer(text):
        if block["title"]:
            (folder / block["title"]).write_text(block["body"], encoding="utf-8")
            continue
        expected = list(commands(block["body"]))
        printed = typed([command for command, _ in expected], folder, tmp_path / "home")
        for (command, shown), lines in zip(expected, printed, strict=True):
            assert matches(shown, lines), f"$ {command}\n" + "\n".join(lines)
            ran += 1
    assert ran > 15


def test_output_that_is_not_as_shown_is_noticed() -> None:
    assert matches(["a … c", "…", "d"], ["a b c", "x", "y", "d"])
    assert not matches(["a"], ["a", "b"])
    assert not matches(["a", "b"], ["a"])
    assert not matches([], ["a"])
