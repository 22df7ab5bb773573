"""What is asked first changes no answer: not even where a question is past a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3lint.inference.memo import MAX_DEPTH, MAX_WORK, Memo
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


def test_an_annotation_in_quotes_names_something_else_in_another_place() -> None:
    text = (
        "class A:\n name = 'a'\ndef f(x: 'A'):\n show(x.name)\ndef g():\n class A:\n  name = 'b'\n def h(x: 'A'):\n  show(x.name)\n"
    )
    for seed in range(4):
        assert answers(text, seed, callers=False) == ['"a"', '"b"']


def function(chance: Random, name: str, others: list[str]) -> Iterator[str]:
    """A function of a flag and a text, which tests them, calls other functions, and uses names that are the same in each call."""
    yield f"def {name}(flag, text, given=None):"
    yield "    def inner():\n        return text"
    yield "    kept = 'k'\n    made = LOCAL if flag else text\n    box = {'a': text, 'b': PLACE.path}"
    for _ in range(chance.randrange(1, 4)):
        called = f"{chance.choice(others)}({chance.choice(['True', 'False', 'flag'])}, {chance.choice(['made', 'kept', 'LOCAL'])})"
        value = chance.choice(
            ["kept", "PLACE.path", "[LOCAL, kept]", "box['a']", "box['b']", "(lambda x: x + made)", "inner()", called]
        )
        yield chance.choice(["    if flag:", "    if given is None:", "    if text == 'a':", "    if kept:", "    if CALLED:"])
        yield f"        kept = {value}"
    yield f"    show(kept, made, box, text)\n    return {chance.choice(['kept', 'made', 'PLACE', 'text'])}"


@settings(max_examples=40)
@given(st.randoms(use_true_random=False))
def test_what_other_calls_made_known(chance: Random) -> None:
    lines = ["class Place:", "    path = 'p'", "def free():\n    return 'f'", "PLACE, LOCAL, CALLED = Place(), 'l', free()"]
    names = ["free", "f0", "f1", "f2"]
    for number in range(3):
        lines += function(chance, f"f{number}", names[1 : number + 1] or ["str"])
    calls = (f"f2({flag}, {text})" for flag in ("True", "False", "CALLED") for text in ("'a'", "'b'", "LOCAL, 'g'"))
    text = "\n".join([*lines, *calls, ""])
    found = [answers(text, seed, callers=True) for seed in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Memo, "shared", lambda *_: None)
        found.append(answers(text, 0, callers=True))
    assert found[1:] == found[:-1]


def test_a_closure_keeps_the_call_that_made_it() -> None:
    text = "def f(text):\n def inner():\n  return text\n return inner\nshow(f('a')())\nshow(f('b')())\n"
    assert answers(text, 0, callers=False) == ['"a"', '"b"']
