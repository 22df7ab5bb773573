"""The work on many findings grows as their number does. Calls are counted, since time depends on the machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from robustness.torture_set import SHAPES
from robustness.torture_set.shape import Shape
from s3lint.linter.engine import Engine
from s3lint.settings import Settings

STRICT = Settings(root=Path("/nowhere"), profile="strict")

NAMES = ("findings on a line", "constants of addresses", "writes of frames", "items", "items and objects")  # fmt: skip


def calls(program: bytes) -> int:
    """Return how many functions are called to check a program, and how many of them return."""
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        Engine(STRICT).check(STRICT.root / "program.py", program)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("shape", [pytest.param(shape, id=shape.name) for shape in SHAPES if shape.name in NAMES])
def test_four_times_the_findings_are_four_times_the_work(shape: Shape) -> None:
    Engine(STRICT).check(STRICT.root / "program.py", shape.program(2))  # Imports what rules import.
    one, some, many = (calls(shape.program(size)) for size in (1, 21, 81))
    assert many - one < 1.1 * 4 * (some - one)
