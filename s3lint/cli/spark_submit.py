"""The file that `spark-submit` runs, with the arguments of `s3lint spark`: `spark-submit "$(python -m s3lint.cli.spark_submit)" …`."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def entry_point() -> None:
    """Runs the command. Started by hand without arguments, it says where it lies."""
    if len(sys.argv) == 1:
        print(__file__)
        return
    folder = Path(__file__).parent
    sys.path[:] = [entry for entry in sys.path if not _is(entry, folder)]
    from s3lint.cli import main

    code = main(["spark", *sys.argv[1:]])
    if code:
        sys.exit(code)


def _is(entry: str, folder: Path) -> bool:
    """Whether an entry of the search path is the folder of this file, whose modules must not stand for others of their names."""
    return bool(entry) and os.path.realpath(entry) == os.path.realpath(folder)


if __name__ == "__main__":
    entry_point()
