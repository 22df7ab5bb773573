"""Each bound of docs/reliability.md at its edge: what reaches it is known, and one more is what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.finding import Confidence, Edit, Finding, Fix, Location, Related
from s3lint.fixes.apply import MAX_ROUNDS, fix_text
from s3lint.inference.call_sites import MAX_NAMESAKES
from s3lint.inference.callers import MAX_CALLER_CHAIN, MAX_CALLERS
from s3lint.inference.functions import MAX_CALL_DEPTH
from s3lint.inference.memo import MAX_DEPTH, MAX_WORK
from s3lint.inference.operators import MAX_COMBINATIONS, MAX_INTEGER
from s3lint.inference.size import MAX_WEIGHT, bound_size
from s3lint.inference.text import MAX_WIDTH_DIGITS
from s3lint.inference.values import (
    MAX_ALTERNATIVES,
    MAX_ITEMS,
    MAX_TEXT_CHARACTERS,
    MAX_TEXT_PARTS,
    Chunk,
    Constant,
    Sequence,
    Text,
    Unknown,
)
from s3lint.linter.findings import MAX_RELATED, merged
from s3lint.storage.sql import MAX_SQL_CHARACTERS, actions
from s3lint.storage.uris import MAX_HOST_CHARACTERS, bucket_of
from s3lint.syntax.nesting import MAX_BRACKETS, MAX_LINKS, too_deep
from support.values import shown


def value(text: str, *, callers: bool = False) -> str:
    """The only value that a program shows."""
    (found,) = shown(text, callers=callers)
    return found


def choice(size: int, use: str = "v") -> str:
    return f"for v in [{', '.join(map(repr, map(str, range(size))))}]:\n    show({use})\n"


def called(size: int) -> str:
    return "def f(v):\n    show(v)\n" + "".join(f"f('{number}')\n" for number in range(size))


def through(size: int) -> str:
    functions = (f"def f{number}(v):\n    return f{number - 1}(v)\n" for number in range(1, size))
    return "".join(["def f0(v):\n    return v\n", *functions, f"show(f{size - 1}('a'))\n"])


def handed_down(size: int) -> str:
    functions = (f"def f{number}(v):\n    f{number - 1}(v)\n" for number in range(1, size))
    return "".join(["def f0(v):\n    show(v)\n", *functions, f"f{size - 1}('a')\n"])


def assigned_again(size: int) -> str:
    lines = (f"v{number + 1} = v{number}\n" for number in range(size))
    return "".join(["v0 = 'a'\n", *lines, f"show(v{size})\n"])


def of_names(size: int) -> str:
    lines = (f"v{number} = 1\n" for number in range(size))
    return "".join([*lines, f"show([{', '.join(f'v{number}' for number in range(size))}])\n"])


def test_alternatives() -> None:
    assert "unknown" not in value(choice(MAX_ALTERNATIVES))
    assert value(choice(MAX_ALTERNATIVES + 1)).endswith(f"unknown: more than {MAX_ALTERNATIVES} alternatives")


def test_texts_of_several_alternatives() -> None:
    assert value(choice(MAX_COMBINATIONS, "v + 'x'")).count(" | ") == MAX_COMBINATIONS - 1
    assert value(choice(MAX_COMBINATIONS + 1, "v + 'x'")) == '"{v}x"'


@pytest.mark.parametrize(
    ("size", "end"), [(MAX_TEXT_PARTS, f'{{v{MAX_TEXT_PARTS - 1}}}"'), (MAX_TEXT_PARTS + 1, f'{{v{MAX_TEXT_PARTS - 1}}}{{}}"')]
)
def test_parts_of_a_text(size: int, end: str) -> None:
    assert value("show(f'" + "".join(f"{{v{number}}}" for number in range(size)) + "')").endswith(end)


def test_characters_of_a_computed_text() -> None:
    def replaced(size: int) -> str:
        return value(f"show('{'a' * 1024}'.replace('a', '{'b' * size}'))")

    assert replaced(MAX_TEXT_CHARACTERS // 1024) == f'"{"b" * MAX_TEXT_CHARACTERS}"'
    assert replaced(MAX_TEXT_CHARACTERS // 1024 + 1) == "unknown: a very long text"


def test_items_of_a_list() -> None:
    assert not value(f"show([{'1, ' * MAX_ITEMS}])").endswith(", …]")
    assert value(f"show([{'1, ' * (MAX_ITEMS + 1)}])").endswith(", …]")


def test_parts_of_a_value() -> None:
    full, over = (Sequence((Constant(1),) * size) for size in (MAX_WEIGHT - 1, MAX_WEIGHT))
    assert bound_size(full) is full
    assert isinstance(bound_size(over), Unknown)


def test_bits_of_a_number() -> None:
    assert value(f"show({MAX_INTEGER - 1})") == str(MAX_INTEGER - 1)
    assert value(f"show({MAX_INTEGER})") == "unknown: a very large number"


def test_digits_of_a_width() -> None:
    assert value(f"show(f'{{1:{'9' * MAX_WIDTH_DIGITS}}}')") == f'"{"1":>999}"'
    assert value(f"show(f'{{1:1{'0' * MAX_WIDTH_DIGITS}}}')") == '"{}"'


def test_values_that_wait_for_each_other() -> None:
    assert value(assigned_again(80)) == '"a"'
    assert value(assigned_again(MAX_DEPTH)) == "unknown: too many steps away"


def test_values_of_one_question() -> None:
    assert "unknown" not in value(of_names(MAX_WORK // 5))
    assert "unknown: too many steps away" in value(of_names(MAX_WORK))


def test_a_table_of_literals() -> None:
    def entry_of(size: int, number: int) -> str:
        entries = ", ".join(f"'k{each}': 'bucket-{each}'" for each in range(size))
        return value(f"show({{{entries}}}['k{number}'])")

    assert 2 * MAX_ITEMS > MAX_WORK
    assert entry_of(MAX_ITEMS, MAX_ITEMS - 1) == f'"bucket-{MAX_ITEMS - 1}"'
    assert entry_of(MAX_ITEMS + 1, MAX_ITEMS).startswith("unknown")


def test_calls_in_each_other() -> None:
    assert value(through(MAX_CALL_DEPTH)) == '"a"'
    assert value(through(MAX_CALL_DEPTH + 1)) == "unknown: the call is too deep, or recursive"


def test_callers() -> None:
    assert "parameter" not in value(called(MAX_CALLERS), callers=True)
    assert value(called(MAX_CALLERS + 1), callers=True).endswith(" | parameter v")


def test_calls_of_one_name() -> None:
    def value_after(others: int) -> str:
        return value("".join(["def f(v):\n    show(v)\n", "x.f()\n" * others, "f('a')\n"]), callers=True)

    assert value_after(MAX_NAMESAKES - 1) == '"a"'
    assert value_after(MAX_NAMESAKES) == "parameter v"


def test_callers_of_callers() -> None:
    assert value(handed_down(MAX_CALLER_CHAIN), callers=True) == '"a"'
    assert value(handed_down(MAX_CALLER_CHAIN + 1), callers=True) == "parameter v"


@pytest.mark.parametrize(
    ("size", "program"),
    [
        (MAX_BRACKETS, lambda size: f"v = {'(' * size}1{')' * size}{' ' * MAX_LINKS}\n"),
        (MAX_LINKS, lambda size: f"v{' + 1' * (size - 1)}\n"),
        (MAX_LINKS, lambda size: "if a: b\n" + "elif a: b\n" * size),
    ],
    ids=["brackets", "links", "branches"],
)
def test_nesting(size: int, program) -> None:
    assert too_deep(program(size)) is None
    assert too_deep(program(size + 1)) is not None or too_deep(program(size + 2)) is not None


def test_characters_of_sql() -> None:
    statement = "DELETE FROM t"
    assert [action.parsed for action in actions(statement.ljust(MAX_SQL_CHARACTERS), "spark")] == [True]
    assert [action.parsed for action in actions(statement.ljust(MAX_SQL_CHARACTERS + 1), "spark")] == [False]


def test_characters_of_a_host() -> None:
    def bucket(size: int) -> Text | None:
        return bucket_of(Text((Chunk(f"https://{'a' * (size - len('.s3.amazonaws.com'))}.s3.amazonaws.com/k", None),)))

    assert bucket(MAX_HOST_CHARACTERS) is not None
    assert bucket(MAX_HOST_CHARACTERS + 1) is None


def finding(fix: Fix | None = None, related: tuple[Related, ...] = ()) -> Finding:
    start = Location(1, 1)
    return Finding("STO301", "missing-content-type", "", Path("a.py"), start, start, Confidence.HIGH, "default", None, related, fix)


def test_related_places_of_a_finding() -> None:
    places = tuple(Related(Path("a.py"), Location(row, 1), "") for row in range(1, MAX_RELATED + 2))
    (joined,) = merged([finding(related=places[:-1]), finding(related=places[:1])])
    assert joined.related == places[:-1]
    (joined,) = merged([finding(related=places[:-1]), finding(related=places[-1:])])
    assert joined.related == places[:-1]


def test_rounds_of_fixes() -> None:
    append = finding(Fix("", (Edit(Location(1, 1), Location(1, 1), "#"),), safe=True))

    def fixed(times: int) -> bytes:
        return fix_text(Path("a.py"), b"\n", lambda text: [append] * (text.count(b"#") < times), unsafe=False).after

    assert fixed(MAX_ROUNDS - 1) == b"#" * (MAX_ROUNDS - 1) + b"\n"
    # A fix that does not settle is left out.
    assert fixed(MAX_ROUNDS) == b"\n"
