"""How many branches of the inference and of the rules the tests take, from the report of `coverage json`.

`python -m tools.branches FILE` prints both and exits with 1 where one is below the share that is promised.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROMISED = 95.0
"""Percent of the branches."""

FOLDERS = ("s3lint/inference", "rules")


def share(report: Mapping[str, Any], folder: str) -> tuple[int, int]:
    """The branches that were taken in the files of a folder, and all there are."""
    files = [each["summary"] for path, each in report["files"].items() if path.startswith(f"{folder}/")]
    return sum(each["covered_branches"] for each in files), sum(each["num_branches"] for each in files)


def main() -> int:
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    failed = False
    for folder in FOLDERS:
        taken, there = share(report, folder)
        percent = 100 * taken / there
        failed |= percent < PROMISED
        print(f"{folder}: {taken} of {there} branches, {percent:.1f} %")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
