"""Columns in characters and in bytes are told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from s3lint.source.text import PIECE, Columns

CHARACTERS = st.text(st.sampled_from("aé€😀\ud800 "), max_size=3 * PIECE)


@given(CHARACTERS)
def test_each_column_is_found_both_ways(line: str) -> None:
    columns = Columns(line)
    for column in range(len(line) + 1):
        before = len(line[:column].encode("utf-8", "surrogatepass"))
        assert columns.count_bytes(column) == before
        assert columns.characters(before) == column
    assert columns.count_bytes(len(line) + PIECE) == len(line.encode("utf-8", "surrogatepass"))


def test_a_column_far_out_costs_no_more_than_the_first() -> None:
    columns = Columns("ä" * 100_000)
    assert max(map(len, columns._pieces)) == 2 * PIECE
    assert columns.characters(150_000) == 75_000
