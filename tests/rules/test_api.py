"""Rules use `s3lint.api` and nothing else of s3lint."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import s3lint.api
from conftest import CHECKOUT, run

MODULES = sorted((CHECKOUT / "rules").glob("*/*.py"))


def imported(tree: ast.Module) -> Iterator[str]:
    """The absolute imports of a module, wherever they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_rule_imports_only_what_rules_may(path: Path) -> None:
    ours = {name for name in imported(ast.parse(path.read_text(encoding="utf-8"))) if name.partition(".")[0] == "s3lint"}
    assert ours <= {"s3lint.api"}


def test_every_name_can_be_imported() -> None:
    assert len(set(s3lint.api.__all__)) == len(s3lint.api.__all__)
    assert all(hasattr(s3lint.api, name) for name in s3lint.api.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        s3lint.api.__getattr__("no_such_name")


def test_names_that_need_libcst_are_imported_when_they_are_asked_for() -> None:
    program = "import sys, s3lint.api; print('libcst' in sys.modules); s3lint.api.usable; print('libcst' in sys.modules)"
    assert run(sys.executable, "-c", program, cwd=CHECKOUT).out.split() == ["False", "True"]


def test_every_name_is_documented() -> None:
    page = (CHECKOUT / "docs" / "writing-a-rule.md").read_text(encoding="utf-8")
    table = page.partition("## 6. What a rule may import")[2].partition("## 7.")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    documented = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(documented) == sorted(s3lint.api.__all__)
    marked = {name for row in rows for name in re.findall(r"`(\w+)`°", row)}
    assert marked == {name for names in s3lint.api.NEED_LIBCST.values() for name in names}
