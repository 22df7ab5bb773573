"""What the command line asks for: settings, files, processes and cache. Imports no rules and no engine, so that starting stays light."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.config.load import COMMAND_LINE, fallback_root, fields_of, is_project, isolated, settings_for, validated
from s3lint.errors import ConfigurationError, UsageError
from s3lint.project.boundary import repository_root
from s3lint.project.discovery import SUFFIXES
from s3lint.project.targets import Target, targets, with_context_files
from s3lint.settings import Settings
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.runner.cache.results import Cache

STDIN = "-"

MAX_LIST_BYTES = 64_000_000
"""Bytes of a list of files that is read."""

MAX_ENTRIES_OUTSIDE_PROJECT = 10_000
"""Files and folders below a folder without configuration or repository. One with more is treated as a home directory: its subfolders are
not searched, because reading 10,000 entries for one file costs seconds (counting them costs a tenth of a second)."""

SettingsOf = Callable[[Path], Settings]


@frozen()
class RunRequest:
    """The files of a run. `context_files` is read for its calls alone and not reported on; `cache` is None where none is used."""

    paths: list[Path]
    files: list[Target]
    context_files: list[Target]
    cache: Cache | None


def run_request(options: argparse.Namespace) -> RunRequest:
    """Find the files, settings and cache of a run. Raises `ConfigurationError` and `UsageError`."""
    job_count(options.jobs)
    paths = paths_of(options)
    settings_of = settings_finder(options, setting_overrides(options), paths)
    files, context_files = with_context_files(targets(paths, settings_of))
    return RunRequest(paths, files, context_files, _cache_of(options, paths, settings_of) if files else None)


def paths_of(options: argparse.Namespace) -> list[Path]:
    """The paths that were typed, absolute; the current folder if neither they nor a list of files were given."""
    is_listed = getattr(options, "files_from", None) is not None
    return [Path(os.path.abspath(path)) for path in options.paths or ([] if is_listed else ["."])]


def add_listed_paths(options: argparse.Namespace) -> None:
    """Add the paths that `--files-from` lists to those that were typed, without deleted files and those of other languages.

    Raises `UsageError` for a list that cannot be read.
    """
    if options.files_from is None:
        return
    if STDIN in options.paths:
        raise UsageError("the command line: - and --files-from exclude each other")
    try:
        data = (
            sys.stdin.buffer.read(MAX_LIST_BYTES + 1)
            if options.files_from == STDIN
            else read_bounded(Path(options.files_from), MAX_LIST_BYTES)
        )
    except OSError as error:
        raise UsageError(f"{options.files_from}: the list of files cannot be read: {error.strerror or error}") from None
    if len(data) > MAX_LIST_BYTES:
        raise UsageError(f"--files-from: the list is larger than {MAX_LIST_BYTES:,} bytes")
    # NUL as `git diff -z` and `find -print0` write it: names may have line ends in them.
    lines = data.split(b"\0") if b"\0" in data else [line.removesuffix(b"\r") for line in data.split(b"\n")]
    names = [os.fsdecode(line) for line in lines if line]
    options.paths += [name for name in names if Path(name).is_dir() or (name.endswith(SUFFIXES) and Path(name).is_file())]
    # A list is made by a program, which knows nothing of `exclude`.
    options.force_exclude = True


def _cache_of(options: argparse.Namespace, paths: Sequence[Path], settings_of: SettingsOf) -> Cache | None:
    """Open the cache of a run; None with `--no-cache`, or where it cannot be written, which a warning tells."""
    if options.no_cache:
        return None
    from s3lint.runner.cache.results import cache_for

    return cache_for(cache_folder(options), settings_of(paths[0]).root, paths, quiet=getattr(options, "quiet", False))


def cache_folder(options: argparse.Namespace) -> Path | None:
    """The folder that `--cache-dir` names, if any."""
    return Path(os.path.abspath(options.cache_dir)) if options.cache_dir is not None else None


def settings_finder(options: argparse.Namespace, overrides: dict[str, Any], paths: list[Path]) -> SettingsOf:
    """Make the function that finds the settings of a path, once for each folder. Raises `UsageError`; the function `ConfigurationError`.

    In a crowded folder that is no project, such as a home, the subfolders of a named file's folder are not searched.
    """
    folders = [path for path in paths if path.is_dir()]
    file = next((Path(os.path.abspath(item)) for item in options.config if "=" not in item), None)
    if file is not None and not file.is_file():
        raise UsageError(f"{file}: no such configuration file")

    @cache
    def of_folder(folder: Path) -> Settings:
        fallback = fallback_root(folder, folders)
        if options.isolated:
            settings = validated(Settings(root=repository_root(folder) or fallback, **overrides), COMMAND_LINE)
        else:
            settings = settings_for(folder, fallback, overrides, file)
        if not folders and not is_project(folder, isolated=options.isolated) and is_crowded(folder):
            return isolated(settings)
        return settings

    return lambda path: of_folder(path if path.is_dir() else path.parent)


@cache
def is_crowded(folder: Path) -> bool:
    """Whether more than `MAX_ENTRIES_OUTSIDE_PROJECT` files and folders lie below a folder."""
    return next(islice(_names_below(folder), MAX_ENTRIES_OUTSIDE_PROJECT, None), None) is not None


def _names_below(folder: Path) -> Iterator[str]:
    """The names of files and folders below a folder. `os.walk` would recurse, before Python 3.12."""
    excluded, pending = Settings(root=folder).exclude, [str(folder)]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name in excluded:
                        continue
                    pending.append(entry.path)
                yield entry.name


def setting_overrides(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line sets, by the name of their field. Raises `ConfigurationError`."""
    table: dict[str, Any] = {}
    for item in options.config:
        if "=" in item:
            table.update(_setting(item))
    for name in ("profile", "min_confidence", "lint_tests", "force_exclude", "baseline"):
        if getattr(options, name, None) is not None:
            table[name.replace("_", "-")] = getattr(options, name)
    if getattr(options, "observed", None):
        table["observed"] = options.observed
    for name in ("select", "extend_select", "ignore"):
        if getattr(options, name, None) is not None:
            table[name.replace("_", "-")] = [
                part.strip() for text in getattr(options, name) for part in text.split(",") if part.strip()
            ]
    return fields_of(table, COMMAND_LINE, Path.cwd())


def _setting(item: str) -> dict[str, Any]:
    """Parse `KEY=VALUE` of `--config`. A value that is no TOML is a string, so that quotes need no escaping in a shell."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(item)
    except (ValueError, RecursionError):
        key, _, value = item.partition("=")
        return {key.strip(): value.strip()}


def job_count(text: str | None) -> int | None:
    """The number given to `--jobs`; None if it was not given. Raises `ConfigurationError`."""
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ConfigurationError(f"the command line: --jobs must be a positive whole number, not {text!r}")
    return int(text)
