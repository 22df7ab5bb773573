"""What one run of a benchmark finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What s3lint found in a corpus, and how it failed."""

    corpus: str
    version: str
    files: int
    lines: int
    findings: dict[str, int]
    crashes: list[str]
    memory: float
