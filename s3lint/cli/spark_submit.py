"""The script for `spark-submit`, with the arguments of `s3lint spark`: `spark-submit "$(python -m s3lint.cli.spark_submit)" …`."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def entry_point() -> None:
    """Run the command. Without arguments, print the path of this file, which `spark-submit` needs."""
    if len(sys.argv) == 1:
        print(__file__)
        return
    folder = Path(__file__).parent
    # `spark-submit` puts this folder first on the path, where `parser.py` or `json.py` would hide modules of the same name.
    sys.path[:] = [entry for entry in sys.path if not _is(entry, folder)]
    from s3lint.cli import main

    code = main(["spark", *sys.argv[1:]])
    if code:
        sys.exit(code)


def _is(entry: str, folder: Path) -> bool:
    """Whether an entry of `sys.path` is a folder."""
    return bool(entry) and os.path.realpath(entry) == os.path.realpath(folder)


if __name__ == "__main__":
    entry_point()
