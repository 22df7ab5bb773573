"""The index finds the files that a scan finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.project.word_index import MAX_SCANS, WordIndex, words_of

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
