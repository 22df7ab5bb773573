"""The torture set, small and in one process; `make torture` runs it at its full size and watches time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from robustness.torture_set import SHAPES
from robustness.torture_set.shape import Shape
from s3lint.linter.engine import Engine
from s3lint.settings import Settings

STRICT = Settings(root=Path("/nowhere"), profile="strict")

SMALL = 40
"""Where every part doubles the last, so many would fill the memory of any machine."""

EACH = 4
"""One shape of so many belongs to the default suite."""

CASES = [
    pytest.param(shape, id=shape.name, marks=[pytest.mark.extended] if number % EACH else []) for number, shape in enumerate(SHAPES)
]


@pytest.mark.parametrize("shape", CASES)
def test_a_hostile_shape_ends_with_the_other_findings_or_says_why(shape: Shape) -> None:
    size = shape.full if shape.full >= 1_000_000_000 else min(SMALL, shape.full)
    name = "hostile.ipynb" if shape.name.endswith(".ipynb") else "hostile.py"
    findings, errors = Engine(STRICT).check(STRICT.root / name, shape.program(size))
    codes = [finding.code for finding in findings]
    assert errors == ()
    assert "STO211" in codes or "STO900" in codes
    assert codes.count("STO900") <= 1 or shape.name.endswith(".ipynb")
