"""Findings of static analysis and of recorded calls are told apart by place, rule and data flow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.oracle.__main__ import END, START, rule_rows, write
from benchmarks.oracle.comparison import Compared, Kind, compare, lines_of_calls
from benchmarks.oracle.overhead import Share, interval, sentence
from benchmarks.oracle.suites import suites

SOURCE = Path("/project")
CALLS = {("app.py", 10): {("app.py", 10), ("app.py", 30)}, ("app.py", 12): {("app.py", 12)}}


def finding(row: int, *flow: int, code: str = "STO211", observed: bool = False) -> dict[str, Any]:
    place = {"row": row, "column": 1}
    related = [{"filename": "/project/app.py", "location": {"row": each, "column": 1}} for each in flow]
    made = {
        "code": code,
        "filename": "/project/app.py",
        "location": place,
        "end_location": place,
        "message": "m",
        "related": related,
    }
    return made | ({"observed": {"count": 1, "example": "Key='a'"}} if observed else {})


STATIC_AND_BOTH = {
    "at the call": ([finding(10)], [finding(10, observed=True)], [Kind.SAME]),
    "at the literal, confirmed there": ([finding(5, 10)], [finding(5, 10, observed=True)], [Kind.ELSEWHERE]),
    "at the literal, and again at the call": ([finding(5, 10)], [finding(5, 10), finding(10, observed=True)], [Kind.ELSEWHERE]),
    "at a caller": ([finding(30)], [finding(30), finding(10, observed=True)], [Kind.ELSEWHERE]),
    "not at all": ([finding(50)], [finding(50), finding(10, observed=True)], [Kind.MISSED]),
    "of another rule": ([finding(10, code="STO212")], [finding(10, code="STO212"), finding(10, observed=True)], [Kind.MISSED, Kind.UNCONFIRMED]),
    "ran and did not violate": ([finding(12)], [finding(12)], [Kind.UNCONFIRMED]),
    "did not run": ([finding(50)], [finding(50)], []),
    "of a rule that no call shows": ([finding(12, code="STO201")], [finding(12, code="STO201")], []),
}  # fmt: skip


@pytest.mark.parametrize(("static", "both", "kinds"), STATIC_AND_BOTH.values(), ids=STATIC_AND_BOTH)
def test_a_finding_has_its_kind(static: list[dict[str, Any]], both: list[dict[str, Any]], kinds: list[Kind]) -> None:
    assert [each.kind for each in compare("p", SOURCE, static, both, CALLS)] == kinds


def test_rows_count_each_kind_of_a_rule() -> None:
    found = [Compared("p", "STO211", "a.py", 1, kind, "") for kind in (*Kind, Kind.SAME)]
    assert rule_rows(found) == [("STO211 flat-key", "4", "2", "1", "1", "1"), ("all", "4", "2", "1", "1", "1")]


def test_the_callers_of_each_line_are_read(tmp_path: Path) -> None:
    frames = [{"file": "a.py", "line": 1}, {"file": "b.py", "line": 2}]
    lines = [{"frames": frames}, {"frames": [frames[0], {"file": "c.py", "line": 3}]}, {"repeats": {}, "at": frames[0]}]
    (tmp_path / "out.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert lines_of_calls(tmp_path / "out.jsonl") == {("a.py", 1): {("a.py", 1), ("b.py", 2), ("c.py", 3)}}


def test_the_page_keeps_what_is_around_the_tables(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    write(page, "new")
    assert page.read_text() == f"before\n{START}\nnew\n{END}\nafter\n"


def test_suites_are_pinned() -> None:
    known = suites()
    assert len({suite.name for suite in known}) == len(known) >= 12
    assert all(suite.version and suite.needs and suite.tests for suite in known)


def test_the_median_lies_between_two_of_the_pairs() -> None:
    # At most 7 of 25 fair coins show heads in 2.2 % of all cases, at most 8 in 5.4 %: more than the half of 5 %.
    assert interval(range(1, 26)) == (8, 18)
    assert interval([5.0, 1.0, 3.0]) == (1.0, 5.0), "of too few pairs nothing is certain"


def test_the_figures_of_the_overhead_in_words() -> None:
    text = sentence([Share("a", 0.1, 10, 10.0), Share("b", 0.2, 10, 10.0)], [1.0, 1.01, 0.99])
    assert "Over 2 test suites" in text and "1.50% of the CPU time, at most 2.00% (b)" in text
    assert "median ratio of 1.000" in text and "between 0.990 and 1.010" in text
