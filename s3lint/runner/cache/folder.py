"""The folder that holds the cache: marked for git and for backups, and removed with nothing in it that is not the cache's."""

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
"""Files by which git and programs that make backups know the folder."""


def made(folder: Path) -> Path:
    """The file of results in a folder, which is made where it is missing. Raises `OSError` where that is not possible."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in MARKS.items():
        mark = folder / name
        if not mark.exists():
            mark.write_text(text, encoding="utf-8")
    return folder / RESULTS


def removed(folder: Path) -> bool:
    """Removes the cache from a folder, and the folder if nothing else is in it. Raises `OSError` where something cannot be removed.

    Whether there was anything to remove. Without its mark a folder is none of ours.
    """
    if not (folder / TAG).is_file():
        return False
    for file in (*folder.glob(f"{RESULTS}*"), *(folder / name for name in MARKS)):
        file.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    return True
