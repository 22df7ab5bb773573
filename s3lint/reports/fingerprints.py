"""Fingerprints of findings that survive moved lines: a hash of rule, file, text of the line and an index among identical lines."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from s3lint.finding import Finding
from s3lint.reports import Report
from s3lint.reports.excerpts import line_of


def fingerprints(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """Compute the fingerprint of each finding, in order: 64 hexadecimal digits."""
    seen: Counter[bytes] = Counter()
    for finding in findings:
        line = line_of(finding.path, finding.start.row, finding.cell) or ""
        content = _hash(finding.code, report.posix(finding.path), line)
        whole = content.copy()
        whole.update(f"\0{seen[content.digest()]}".encode())
        yield whole.hexdigest()
        seen[content.digest()] += 1


@lru_cache(maxsize=64)  # Findings of a few rules stand on a line.
def _hash(code: str, path: str, line: str) -> hashlib._Hash:
    """Return what hashes a rule, a file and the words of a line. It is copied before more is added."""
    return hashlib.sha256("\0".join((code, path, " ".join(line.split()))).encode("utf-8", "surrogatepass"))
