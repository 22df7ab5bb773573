"""What the command line asks for: settings, files and processes. Nothing heavy is imported here."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from s3lint.config.load import (
    COMMAND_LINE,
    ConfigurationError,
    apart,
    checked,
    common_root,
    fields_of,
    is_project,
    settings_for,
)
from s3lint.project.targets import Missing
from s3lint.settings import Settings

STDIN = "-"

CROWDED = 10_000
"""Files and folders below one that is no project from which on it is taken for a home, not for a checkout: to read all of it for one
file would cost seconds, and to count so many a tenth of one."""


def settings_finder(options: argparse.Namespace, changes: dict[str, Any], paths: list[Path]) -> Callable[[Path], Settings]:
    """How the settings of each path are found: once for each folder.

    Files that are named, outside every project and in a crowded folder such as a home, are a project with their own folder alone.
    """
    fallback = common_root(paths)
    all_files = not any(path.is_dir() for path in paths)
    file = next((Path(os.path.abspath(item)) for item in options.config if "=" not in item), None)
    if file is not None and not file.is_file():
        raise Missing(f"{file}: no such configuration file")

    @cache
    def of_folder(folder: Path) -> Settings:
        if options.isolated:
            settings = checked(Settings(root=fallback, **changes), COMMAND_LINE)
        else:
            settings = settings_for(folder, fallback, changes, file)
        if all_files and not is_project(settings) and is_crowded(fallback):
            return apart(replace(settings, root=folder))
        return settings

    return lambda path: of_folder(path if path.is_dir() else path.parent)


@cache
def is_crowded(folder: Path) -> bool:
    return next(islice(_names_below(folder), CROWDED, None), None) is not None


def _names_below(folder: Path) -> Iterator[str]:
    passed_over = Settings(root=folder).exclude
    for _, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in passed_over]
        yield from folders
        yield from files


def changes_of(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line sets. Raises `ConfigurationError`."""
    table: dict[str, Any] = {}
    for item in options.config:
        if "=" in item:
            table.update(_setting(item))
    for name in ("profile", "min_confidence", "lint_tests", "force_exclude", "baseline"):
        if getattr(options, name, None) is not None:
            table[name.replace("_", "-")] = getattr(options, name)
    for name in ("select", "extend_select", "ignore"):
        if getattr(options, name, None) is not None:
            table[name.replace("_", "-")] = [
                part.strip() for text in getattr(options, name) for part in text.split(",") if part.strip()
            ]
    return fields_of(table, COMMAND_LINE, Path.cwd())


def _setting(item: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(item)
    except tomllib.TOMLDecodeError:
        key, _, value = item.partition("=")
        return {key.strip(): value.strip()}


def jobs_of(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ConfigurationError(f"the command line: --jobs must be a positive whole number, not {text!r}")
    return int(text)
