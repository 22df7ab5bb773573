"""Define the results of benchmarks, apart from what measures them and what prints them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """The findings and internal failures of s3lint in a corpus."""

    corpus: str
    version: str
    files: int
    lines: int
    findings: dict[str, int]
    crashes: list[str]
    memory: float
