"""The buckets that anybody may read and that no deployment replaces: AWS's own samples, and open data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from s3lint.inference.values import Text


def is_public_bucket(name: Text, more: Iterable[str] = ()) -> bool:
    """Tell whether a bucket is in the list that is shipped, or one of `more`. A region's bucket of EMR is, too."""
    literal = name.literal
    return literal is not None and (literal in _listed() or literal in more or literal.endswith(".elasticmapreduce"))


@cache
def _listed() -> frozenset[str]:
    text = Path(__file__).with_name("public_buckets.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
