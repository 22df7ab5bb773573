"""Classes made by `frozen` behave like dataclasses that are frozen at run time, but for that."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

import pytest

from s3lint.support.frozen import frozen

Made = tuple[type, type, type, type, type]


def classes(decorator: Callable[[type], type]) -> Made:
    """Make one class of each kind: without fields, with one, with several, with methods of its own, and derived from another."""

    @decorator
    class Empty:
        pass

    @decorator
    class Single:
        value: object

    @decorator
    class Several:
        name: str
        value: object = None
        note: object = field(default="", compare=False)
        hidden: object = field(default="", repr=False)

    @decorator
    class Own:
        value: object

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 0

        def __repr__(self) -> str:
            return "own"

    @decorator
    class Derived(Several):  # type: ignore[misc, valid-type]
        more: object = 0

    return Empty, Single, Several, Own, Derived


CHEAP = classes(frozen())
USUAL = classes(dataclass(frozen=True, slots=True))
NAN = float("nan")

ARGUMENTS: tuple[tuple[int, tuple[object, ...]], ...] = (
    (0, ()),
    *((1, (value,)) for value in (1, 1.0, "1", NAN, float("nan"), None)),
    *((2, values) for values in (("a",), ("b",), ("a", 1), ("a", 1, "note"), ("a", 1, "other"), ("a", 1, "note", "hidden"))),
    *((3, (value,)) for value in (1, 2)),
    *((4, values) for values in (("a",), ("a", 1), ("a", 1, "", "", 2), ("a", 1, "note", "", 2))),
)


def instances(made: Made) -> list[object]:
    return [made[kind](*values) for kind, values in ARGUMENTS]


def test_instances_compare_as_those_of_usual_dataclasses() -> None:
    def compared(made: Made) -> list[list[bool]]:
        return [[one == other for other in instances(made)] for one in instances(made)]

    assert compared(CHEAP) == compared(USUAL)
    assert any(map(any, compared(CHEAP)))
    assert instances(CHEAP)[0] != instances(USUAL)[0]


def test_equal_instances_have_one_hash() -> None:
    found = instances(CHEAP)
    for one in found:
        for other in found:
            assert hash(one) == hash(other) or one != other
    assert len({hash(each) for each in found}) > len(found) // 2


def test_instances_are_shown_as_those_of_usual_dataclasses() -> None:
    assert [repr(each) for each in instances(CHEAP)] == [repr(each) for each in instances(USUAL)]
    ring: list[object] = []
    ring.append(CHEAP[1](ring))
    assert "..." in repr(ring[0])


def test_fields_slots_and_patterns_are_those_of_usual_dataclasses() -> None:
    for cheap, usual in zip(CHEAP, USUAL, strict=True):
        assert [each.name for each in fields(cheap)] == [each.name for each in fields(usual)]
        assert cheap.__dict__["__slots__"] == usual.__dict__["__slots__"]
        assert cheap.__dict__["__match_args__"] == usual.__dict__["__match_args__"]
    assert replace(CHEAP[2]("a", 1), value=2) == CHEAP[2]("a", 2)  # type: ignore[type-var]


def test_classes_without_equality_compare_by_identity() -> None:
    @frozen(eq=False)
    class Node:
        value: int

    assert Node(1) != Node(1)
    assert len({Node(1), Node(1)}) == 2


def test_fields_may_be_given_by_name_alone() -> None:
    @frozen(kw_only=True)
    class Named:
        value: int

    assert Named(value=1).value == 1
    with pytest.raises(TypeError):
        Named(1)  # type: ignore[misc]


@frozen()
class Sent:
    """Is found by pickle."""

    value: int
    others: tuple[int, ...] = ()


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_instances_are_pickled_and_copied(protocol: int) -> None:
    sent = Sent(1, (2, 3))
    assert pickle.loads(pickle.dumps(sent, protocol)) == sent  # noqa: S301
    assert copy.deepcopy(sent) == sent
