"""The index finds the files that a scan finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from s3lint.project.searches import Kind, Search
from s3lint.project.word_index import MAX_FILTERED_SCANS, MAX_SCANS, WordIndex, filter_of, words_of

FILES = {
    Path("a.py"): b"def put(): pass\n",
    Path("b.py"): b"from a import put\nput()\n",
    Path("c.py"): b"output = 1\n",
    Path("d.py"): b"word = 'deep'\n",
}


@pytest.mark.parametrize("word", [b"put", b"a", b"deep", b"absent"])
def test_what_is_scanned_and_what_is_indexed_hold_the_same_files(word: bytes) -> None:
    index = WordIndex(FILES, FILES.__getitem__)
    scanned = list(index.files_with(word))
    index.build()
    indexed = list(index.files_with(word))
    whole = [path for path, data in FILES.items() if word in words_of(data)]
    assert set(whole) <= set(indexed) <= set(scanned)
    assert [path for path in scanned if path in whole] == whole == [path for path in indexed if path in whole]


def test_files_that_come_and_change_are_found_before_and_after_the_index_is_built() -> None:
    files = dict(FILES)
    index = WordIndex(files, lambda path: files[path])
    for _ in range(MAX_SCANS + 2):
        assert list(index.files_with(b"put"))[:2] == [Path("a.py"), Path("b.py")]
    for number, later in enumerate((index, WordIndex(files, lambda path: files[path]))):
        path = Path(f"new{number}.py")
        files[path] = b"put()\n"
        later.refresh(path)
        assert path in list(later.files_with(b"put"))
        files[Path("d.py")] = b"put()\n"
        later.refresh(Path("d.py"))
        assert Path("d.py") in list(later.files_with(b"put"))


PARTS = st.sampled_from(["put", "é", "_", "x.", "(", " ", "\n", "import ", "'", "a-b", "\\", "1", "\udcff", "def "])

TEXTS = st.lists(PARTS, max_size=12).map(lambda parts: "".join(parts).encode("utf-8", "surrogateescape"))


@example(["x.puté".encode()], "put")
@given(st.lists(TEXTS, min_size=1, max_size=5), st.sampled_from(["put", "x", "é", "puté", "a-b", "1", ""]))
def test_filters_let_every_file_through_that_a_search_finds(texts: list[bytes], name: str) -> None:
    files = {Path(f"{number}.py"): text for number, text in enumerate(texts)}
    index = WordIndex(files, files.__getitem__, lambda path: filter_of(files[path]))
    word = name.encode()
    assert list(index.files_with(word)) == list(WordIndex(files, files.__getitem__).files_with(word))
    let_through = set(index.candidates(word))
    kinds: tuple[Kind, ...] = ("entries", "imports", "members", "words")
    for path, text in files.items():
        assert path in let_through or not any(Search(kind, name).finds(text) for kind in kinds)


def test_files_that_a_filter_rules_out_are_not_read() -> None:
    read: list[Path] = []

    def content(path: Path) -> bytes:
        read.append(path)
        return FILES[path]

    index = WordIndex(FILES, content, lambda path: filter_of(FILES[path]))
    for _ in range(MAX_FILTERED_SCANS):
        assert list(index.files_with(b"put")) == [Path("a.py"), Path("b.py")]
    assert set(read) == {Path("a.py"), Path("b.py")}
    assert list(index.files_with(b"put")) == [Path("a.py"), Path("b.py")]
    assert set(read) == set(FILES)
