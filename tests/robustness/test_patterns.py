"""No regular expression of the package backtracks more than linearly, by regexploit; the torture set has the cases that it cannot tell."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import s3lint
import s3lint.rules
from conftest import CHECKOUT

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    sre = pytest.importorskip("regexploit.ast.sre")
    redos = pytest.importorskip("regexploit.redos")

Pattern = re.Pattern[str] | re.Pattern[bytes]


def held() -> Iterator[tuple[str, Pattern]]:
    """Return the compiled patterns of modules, each with its place."""
    for package in (s3lint, s3lint.rules):
        for info in walk_packages(package.__path__, f"{package.__name__}."):
            if not info.name.endswith(("__main__", ".generate")):
                for name, value in vars(import_module(info.name)).items():
                    yield from ((f"{info.name}.{name}", pattern) for pattern in within(value))


def within(value: Any) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (pattern for each in value.values() for pattern in within(each))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (pattern for each in value for pattern in within(each))


def written() -> Iterator[tuple[str, Pattern]]:
    """Return the patterns in calls such as `re.sub("a+", …)`, each with its place."""
    for path in sorted([*(CHECKOUT / "s3lint").rglob("*.py"), *(CHECKOUT / "rules").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if is_call_of_re(node) and isinstance(node.args[0], ast.Constant):
                yield f"{path.relative_to(CHECKOUT)}:{node.lineno}", re.compile(node.args[0].value)


def is_call_of_re(node: ast.AST) -> bool:
    function = node.func if isinstance(node, ast.Call) and node.args else None
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"


def backtracking(pattern: Pattern) -> list[object]:
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    return list(
        redos.find(sre.SreOpParser().parse_sre(text, pattern.flags & (re.IGNORECASE | re.DOTALL | re.MULTILINE | re.VERBOSE)))
    )


PATTERNS = {(each.pattern, each.flags): (place, each) for place, each in (*written(), *held())}


@pytest.mark.parametrize(("place", "pattern"), PATTERNS.values(), ids=[place for place, _ in PATTERNS.values()])
def test_no_pattern_backtracks(place: str, pattern: Pattern) -> None:
    assert backtracking(pattern) == []


def test_backtracking_is_seen_and_every_pattern_is_looked_at() -> None:
    assert backtracking(re.compile(r"s3(?:[.-][a-z0-9-]+)*\.com$"))
    assert backtracking(re.compile(rb"\s*a?\s*b?\s*c"))
    assert len(PATTERNS) > 120
    assert "s3lint.facts.extractors.urls.HOST" in {place for place, _ in PATTERNS.values()}
