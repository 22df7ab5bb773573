"""Fingerprints of findings that survive moved lines: a hash of rule, file, text of the line and an index among identical lines."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from s3lint.finding import Finding
from s3lint.reports import Report
from s3lint.reports.excerpts import line_of


def fingerprints(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """Compute the fingerprint of each finding, in order: 64 hexadecimal digits."""
    seen: Counter[str] = Counter()
    for finding in findings:
        line = line_of(finding.path, finding.start.row, finding.cell) or ""
        content = "\0".join((finding.code, report.posix(finding.path), " ".join(line.split())))
        yield hashlib.sha256(f"{content}\0{seen[content]}".encode("utf-8", "surrogatepass")).hexdigest()
        seen[content] += 1
