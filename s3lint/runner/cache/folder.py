"""The cache folder: created with marks for git and backup programs, and removed without touching other files in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

NAME = ".s3lint_cache"

RESULTS = "results.sqlite"

TAG = "CACHEDIR.TAG"

MARKS = {
    ".gitignore": "# Written by s3lint.\n*\n",
    TAG: "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds results of s3lint (https://bford.info/cachedir/).\n",
}
"""Files by which git and backup programs recognise the folder."""


def create(folder: Path) -> Path:
    """Create the folder if it is missing, and return the path of its file of results. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in MARKS.items():
        mark = folder / name
        if not mark.exists():
            mark.write_text(text, encoding="utf-8")
    return folder / RESULTS


def remove(folder: Path) -> bool:
    """Remove the cache from a folder, and the folder if nothing else is in it. Return whether there was a cache.

    A folder without the tag was not created by s3lint and is left alone. Raises `OSError` where something cannot be removed.
    """
    if not (folder / TAG).is_file():
        return False
    for file in (*folder.glob(f"{RESULTS}*"), *(folder / name for name in MARKS)):
        file.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    return True
