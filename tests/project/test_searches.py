"""Searches answered from an index find what reading the text finds."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from s3lint.project.searches import Search, used_names
from s3lint.syntax.extent import numbers_holding, words_by_block

NAMES = ("f", "ff", "_f", "f1", "g")
PIECES = (*NAMES, "def ", "class ", "(", ")", ",", ".", " ", "\n", "=", ".__init__(", "é", "\x0c", '"')

texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(texts)
def test_indexed_calls_are_those_that_are_read(text: str) -> None:
    data = text.encode()
    for kind, name in product(("calls", "constructions"), NAMES):
        assert (name.encode() in used_names(data, kind)) == Search(kind, name).finds(data), (kind, name, text)


@given(st.lists(texts, min_size=1, max_size=5))
def test_indexed_words_are_those_that_are_read(blocks: list[str]) -> None:
    blocks = [f"{block}\n" for block in blocks]
    text, starts = "".join(blocks), [0]
    for block in blocks[:-1]:
        starts.append(starts[-1] + len(block))
    index = words_by_block(text, starts)
    for name in NAMES:
        assert index.get(name, []) == numbers_holding(text, starts, name), (name, text)
