"""Read random and mutated bytes as configuration, baselines, notebooks and caches. `make fuzz` tries more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robustness.inputs import KINDS

STARTS = {
    "configuration": b"[tool.s3lint]\nselect = ['STO2']\n[tool.s3lint.bucket-env]\nacme = 'B'\n",
    "baseline": b'{"version": 1, "findings": [{"file": "a.py", "code": "STO201", "content": "0", "count": 1, "text": "x"}]}',
    "ignore_file": b"*.pyc\n!b/**/c.py\n/b/[a-d]?\\ \n",
    "notebook": b'{"cells": [{"cell_type": "code", "source": ["%sql x\\n", "boto3.client()"]}], "metadata": {}, "nbformat": 4}',
    "cache_file": b"SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20" + bytes(84),
    "suppression": b"allow[STO201, STO301] moves until=2030-01-01",
    "message": b'{"jsonrpc": "2.0", "method": "x"}',
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(st.data())
def test_any_bytes_are_read_or_refused(kind: str, data: st.DataObject) -> None:
    start = STARTS[kind]
    place = data.draw(st.integers(0, len(start)))
    KINDS[kind](start[:place] + data.draw(st.binary(max_size=6)) + start[place + data.draw(st.integers(0, 6)) :])


@pytest.mark.parametrize(
    "text",
    [b"[" * 100_000, b'{"version": ' + b"9" * 5_000 + b"}", b'{"version": 1, "findings": [{"file": "a\\u0000", "code": "", "content": "", "count": 1}]}',
     b'{"version": 1, "findings": [{"file": "a", "code": "", "content": "", "count": 1000000000000}]}', b'{"version": NaN}', b"null", b"[]"],
    ids=range(7),
)  # fmt: skip
def test_endless_json_is_refused(text: bytes) -> None:
    KINDS["baseline"](text)
    KINDS["notebook"](text)
