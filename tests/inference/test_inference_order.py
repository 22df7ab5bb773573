"""What is asked first changes no answer: not even where a question is past a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3lint.inference.memo import MAX_DEPTH, MAX_WORK
from s3lint.inference.render import describe
from support.values import questions


def answers(text: str, seed: int, *, callers: bool) -> list[str]:
    """The values passed to `show`, in the order of the source, though asked for in another."""
    analysis, asked = questions(text)
    source = analysis.callers if callers else analysis.evaluator
    order = list(range(len(asked)))
    Random(seed).shuffle(order)  # noqa: S311 - an order that a failure can be repeated with
    found = {number: describe(source.evaluate(*asked[number])) for number in order}
    return [found[number] for number in range(len(asked))]


def a_long_chain(size: int) -> str:
    lines = (f"v{number + 1} = v{number}\nshow(v{number + 1})\n" for number in range(size))
    return "".join(["v0 = 'a'\n", *lines])


def lists_of_names(size: int) -> str:
    names = [[f"v{row}_{column}" for column in range(size)] for row in range(4)]
    bound = (f"{name} = 'a'\n" for row in names for name in row)
    lists = (f"l{number} = [{', '.join(row)}]\nshow(l{number})\n" for number, row in enumerate(names))
    calls = (f"f(l{number})\n" for number in range(4))
    return "".join([*bound, *lists, "show([l0, l1])\nshow([l0, l1, l2, l3])\ndef f(v):\n    show(v)\n", *calls])


@pytest.mark.parametrize("callers", [False, True])
@pytest.mark.parametrize(
    ("program", "size"),
    [(a_long_chain, MAX_DEPTH // 2), (lists_of_names, MAX_WORK // 8)],
)
def test_past_a_bound(program: Callable[[int], str], size: int, callers: bool) -> None:
    text = program(size)
    found = [answers(text, seed, callers=callers) for seed in range(4)]
    assert found[1:] == found[:-1]
    assert any("too many steps away" in value for value in found[0])


def test_attributes_that_are_set_to_each_other() -> None:
    text = "class C:\n def set(self):\n  self.a = self.a\n  self.b = self.a\n def use(self):\n  show(self.b)\n  show(self.a)\n"
    found = [answers(text, seed, callers=False) for seed in range(4)]
    assert found[1:] == found[:-1]


NAMES = ("v0", "v1", "v2", "v3")


def expression(chance: Random) -> str:
    left, right = chance.choice(NAMES), chance.choice(NAMES)
    return chance.choice([left, "'a'", f"{left} + 'b'", f"[{left}, {right}]", f"{left} or {right}", f"f'{{{left}}}/{{{right}}}'"])


def suite(chance: Random, depth: int = 0) -> Iterator[str]:
    for _ in range(chance.randrange(2, 5)):
        kind = chance.random()
        if kind < 0.25 and depth < 3:
            yield "    " * depth + chance.choice(["for item in p():", "while p():", "if p():"])
            yield from suite(chance, depth + 1)
        elif kind < 0.5:
            yield "    " * depth + f"show({chance.choice(NAMES)})"
        else:
            yield "    " * depth + f"{chance.choice(NAMES)} = {expression(chance)}"


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_values_that_loops_compute_from_each_other(chance: Random) -> None:
    text = "\n".join([*(f"{name} = '{name}'" for name in NAMES), *suite(chance), "show(v0)", ""])
    found = [answers(text, seed, callers=False) for seed in range(4)]
    assert found[1:] == found[:-1]
