"""The scopes around a place are found by the order of the nodes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from s3lint.finding import Location
from s3lint.syntax import ast_scopes
from s3lint.syntax.ast_scopes import Bindings

if TYPE_CHECKING:
    import pytest


def test_a_place_in_a_long_call_is_found_without_a_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"f({', '.join(f'lambda ä{number}: 1' for number in range(1_000))})\n"
    asked, holds = [], ast_scopes._holds
    monkeypatch.setattr(ast_scopes, "_holds", lambda node, position: asked.append(node) or holds(node, position))
    frames = Bindings(ast.parse(text), [text]).frames(Location(1, text.index("ä700") + 7))
    assert [list(frame.scope.binds) for frame in frames] == [[], ["ä700"]]
    assert len(asked) < 20


def test_a_place_in_a_long_f_string_is_found() -> None:
    text = f"f'{''.join(f'{{(lambda ä{number}: 1)}}' for number in range(9))}'\n"
    assert Bindings(ast.parse(text), [text]).frames(Location(1, text.index("ä7") + 4))
