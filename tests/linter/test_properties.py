"""Properties that hold for every file."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import hypothesmith
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import CHECKOUT, fixture_files, run, statements, unfiltered
from robustness.invariants import STRICT, checked, compiles, holds, sound
from robustness.mutate import mutated, part_of
from s3lint.registry import rules
from support.programs import ALL_STATEMENTS, EXPRESSIONS, SINCE, Stock, programs, stocks

EXAMPLES = int(os.environ.get("S3LINT_EXAMPLES", "12"))
"""Strange and mutated programs of one run; `make fuzz` tries thousands."""


def checked_unfiltered(data: bytes) -> None:
    """Everything that must hold of a look, with and without the filter."""
    checked(data)
    sound(unfiltered(STRICT), data)


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    checked_unfiltered(data)


@settings(max_examples=100)
@given(st.text(alphabet="s3=.put_object(Bucket,Key)'\"\\\n\r\t\f #:[]{}fäß😀\0\ufeff", max_size=200))
def test_any_text(text: str) -> None:
    checked_unfiltered(("import boto3\n" + text).encode())


@settings(max_examples=60)
@given(st.deferred(hypothesmith.from_grammar), st.sampled_from(statements()))  # deferred: the grammar takes seconds to build
def test_any_program(program: str, statement: str) -> None:
    checked_unfiltered(f"{statement}\n{program}".encode("utf-8", "surrogatepass"))


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(fixture_files()), st.randoms(use_true_random=False))
def test_a_program_that_is_being_edited(path: Path, chance: random.Random) -> None:
    """A part of a fixture, with some lines, words and pieces of them deleted, doubled, swapped and moved."""
    holds(mutated(part_of(path.read_text(encoding="utf-8"), chance), chance).encode())


@settings(max_examples=EXAMPLES)
@given(programs())
def test_a_strange_program(program: bytes) -> None:
    holds(program)


LINTER = {rule.name.replace("-", "_") for rule in rules().values() if rule.chapter == "linter"}


@pytest.mark.extended
@pytest.mark.parametrize("stock", stocks(), ids=lambda stock: stock.rule)
def test_strange_programs_are_about_every_rule(stock: Stock) -> None:
    text = "\n".join([stock.head, *stock.lines, ""])
    found = {finding.name.replace("-", "_") for finding in checked(text.encode())}
    assert stock.rule in found or stock.rule in LINTER


@pytest.mark.parametrize("template", [*EXPRESSIONS, *ALL_STATEMENTS])
def test_strange_programs_are_python(template: str) -> None:
    since = next(
        (version for version, templates in SINCE.items() if template in templates), (3, 11) if "except*" in template else ()
    )
    if sys.version_info < since:
        pytest.skip("the syntax of a newer Python")
    assert compiles(template.replace("{b}", "    pass").format(e="call()").encode())


@pytest.mark.extended
def test_the_order_of_sets_does_not_matter() -> None:
    command = [sys.executable, "-m", "s3lint", "check", "--isolated", "--profile", "strict", "--output-format", "json", "fixtures"]
    outputs = {run(*command, cwd=CHECKOUT, PYTHONHASHSEED=seed).out for seed in ("1", "2")}
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1000
