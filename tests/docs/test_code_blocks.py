"""Every block of code in the README, in CONTRIBUTING and in the documentation is run or checked by what reads such text."""

from __future__ import annotations

import configparser
import contextlib
import io
import json
import re
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from conftest import CHECKOUT, Write, run, s3lint
from s3lint.cli.parser import parser
from s3lint.config.load import fields_of
from s3lint.testing import check, expected, reported

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCUMENTS = (
    CHECKOUT / "README.md",
    CHECKOUT / "CONTRIBUTING.md",
    *sorted(path for path in (CHECKOUT / "docs").rglob("*.md") if path.name != "tutorial.md"),
)
"""The tutorial is run as a whole, by a test of its own."""

FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>\w*)(?P<rest>.*)\n(?P<text>(?:.*\n)*?)(?P=indent)(?P=fence)$", re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    path: Path
    row: int
    language: str
    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(CHECKOUT)}:{self.row}"


def blocks_of(path: Path) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        title = re.search(r'title="([^"]+)"', match["rest"])
        lines = [line.removeprefix(match["indent"]) for line in match["text"].splitlines()]
        row = text.count("\n", 0, match.start()) + 1
        found.append(Block(path, row, match["language"], title[1] if title else "", "\n".join(lines) + "\n"))
    return found


TYPED = "tutorial.md"
"""The page that `test_tutorial.py` runs from its first line to its last."""

BLOCKS = [block for path in DOCUMENTS if path.name != TYPED for block in blocks_of(path)]


def python(block: Block) -> None:
    """It parses, and s3lint finds in it what its marks say. Blocks with a title are files, which tests of their pages write and check."""
    compile(block.text, str(block), "exec")
    if block.title:
        return
    marked = {mark for mark in expected(block.text) if mark[1] not in {"ACM001", "STO399"}}
    assert reported(check(block.text)) == marked


def toml(block: Block) -> None:
    table = tomllib.loads(block.text)
    own = table.get("tool", {}).get("s3lint", table if block.text.startswith("#:schema") else {})
    fields_of({key: value for key, value in own.items() if key != "extend"}, str(block), block.path.parent)


def ini(block: Block) -> None:
    read = configparser.ConfigParser()
    read.read_string(block.text)
    assert read.sections()


PROGRAMS = {
    "code",
    "docker",
    "flake8",
    "git",
    "make",
    "mkdir",
    "pytest",
    "python",
    "pip",
    "pre-commit",
    ".venv/bin/python",
    "reviewdog",
    "s3lint",
    "cd",
    "export",
}

TARGETS = re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def console(block: Block) -> None:
    """Each command is one that exists: a target of make, a subcommand of s3lint with its options, a module of Python."""
    shown = any(line.startswith("$ ") for line in block.text.splitlines())
    for line in block.text.splitlines():
        if not shown or line.startswith("$ "):
            for part in re.split(r"\s(?:&&|\|)\s", line.removeprefix("$ ")):
                command(shlex.split(part.partition(" > ")[0], comments=True))


def command(words: list[str]) -> None:
    if not words:
        return
    if words[0] == "spark-submit":
        words = ["s3lint", "spark", *words[2:]]
    assert words[0] in PROGRAMS, words
    if words[0] == "make":
        assert set(words[1:]) <= set(TARGETS)
    if words[0] == "s3lint":
        with contextlib.redirect_stderr(io.StringIO()) as said:
            try:
                parser().parse_args(words[1:])
            except SystemExit:
                pytest.fail(said.getvalue())


def parsed(read: Callable[[str], object]) -> Callable[[Block], None]:
    def test(block: Block) -> None:
        assert read(block.text)

    return test


def vim(block: Block) -> None:
    assert all(line.startswith(("set ", '" ')) for line in block.text.splitlines())


def shown(block: Block) -> None:
    """Text that no program reads."""
    assert block.text.strip()


READERS: dict[str, Callable[[Block], None]] = {
    "python": python, "toml": toml, "ini": ini, "console": console, "vim": vim, "json": parsed(json.loads), "lua": shown, "elisp": shown, "yaml": parsed(yaml.safe_load),
    "text": shown, "": shown,
}  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_each_block_is_valid(block: Block) -> None:
    assert block.language in READERS, f"{block}: nothing here reads {block.language}"
    READERS[block.language](block)


def test_workflows_run_commands_that_exist() -> None:
    steps = [
        line
        for block in BLOCKS
        if block.language == "yaml"
        for line in re.findall(r"^ *- (?:run: )?((?:s3lint|python) .+)$", block.text, re.MULTILINE)
    ]
    assert len(steps) > 5
    for step in steps:
        command(shlex.split(step))


def test_hooks_named_are_offered() -> None:
    offered = {hook["id"] for hook in yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    named = {each for block in BLOCKS if block.language == "yaml" for each in re.findall(r"- id: (\S+)", block.text)}
    assert named == offered


def test_the_first_page_shows_what_is_printed(project: Write) -> None:
    code, printed = (block.text for block in blocks_of(CHECKOUT / "docs" / "index.md")[:2])
    real = iter(s3lint("check", "app.py", cwd=project({"app.py": code})).out.splitlines())
    wanted = printed.splitlines()
    assert wanted[0] == "$ s3lint check app.py"
    assert [line for line in wanted[1:] if line != "…" and line not in real] == []


@pytest.mark.extended
def test_the_walk_makes_a_rule_that_stands(project: Write) -> None:
    """The files of the page, written where it says, are a rule pack whose own test passes."""
    files = {block.title: block.text for block in blocks_of(CHECKOUT / "docs" / "writing-a-rule.md") if block.title}
    root = project({**files, "acme_rules/__init__.py": "", "acme_rules/web/__init__.py": "", "plugin/acme_rules-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n", "plugin/acme_rules-1.0.dist-info/entry_points.txt": "[s3lint.rules]\nacme = acme_rules\n"})  # fmt: skip
    environment = {"PYTHONPATH": f"{root}{':' if sys.platform != 'win32' else ';'}{root / 'plugin'}"}
    explained = s3lint("check", "--explain", "page.py:3", cwd=root, **environment)
    assert "ObjectCall" in explained.out
    tested = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_rules.py", cwd=root, **environment)
    assert tested.code == 0, tested.out
