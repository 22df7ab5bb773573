"""Which files may tell formatters and linters how long the lines of a file are. Imports nothing of s3lint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

RUFF_FILES = ("ruff.toml", ".ruff.toml")

FLAKE8_FILES = (".flake8", "setup.cfg", "tox.ini")


def formatter_files(path: Path) -> list[Path]:
    """Return the files, whether they exist or not, that may tell how long the lines of a file are."""
    return [folder / name for folder in folders_around(path) for name in (*RUFF_FILES, "pyproject.toml", *FLAKE8_FILES)]


def folders_around(path: Path) -> Sequence[Path]:
    """Return the folders around a file, innermost first, up to that of its repository."""
    folders = path.parents
    top = next((index for index, folder in enumerate(folders) if (folder / ".git").exists()), len(folders))
    return folders[: top + 1]
