"""Load settings from `[tool.s3lint]` in `pyproject.toml`, `s3lint.toml` or `.s3lint.toml`. The nearest file applies.

Every error is one sentence with the key, the file and the closest valid word. Imports the registry only to validate selectors.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from s3lint.config.convert import converted, exactly, kind_of, suggestion
from s3lint.errors import ConfigurationError
from s3lint.project.boundary import repository_root
from s3lint.project.patterns import anchored
from s3lint.project.toml import tables_of
from s3lint.settings import Settings

COMMAND_LINE = "the command line"

NAMES = ("s3lint.toml", ".s3lint.toml", "pyproject.toml")

MAX_EXTENDED = 30
"""Files that extend each other in a row."""

INTERNAL = frozenset({"root", "source"})
"""Fields of `Settings` that are not keys of a file."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

SELECTORS = ("select", "extend_select", "ignore", "unfixable", "extend_safe_fixes", "extend_unsafe_fixes")
"""Fields with selectors: codes, their beginnings, or names of rules."""


PATTERNS = ("exclude", "extend_exclude", "test_paths", "per_file_ignores")
"""Fields with patterns of paths."""


def settings_for(path: Path, fallback: Path, changes: Mapping[str, Any] | None = None, file: Path | None = None) -> Settings:
    """Return the settings of a file or folder, from its nearest configuration file or from `file`; `changes` override them.

    The root is the folder of the nearest configuration file, whichever one is given, else the repository, else `fallback`.
    Raises `ConfigurationError`.
    """
    folder = path if path.is_dir() else path.parent
    settings = _settings_of(file or nearest_file(folder), _root_of(folder) or fallback)
    return validated(replace(settings, **changes), COMMAND_LINE) if changes else settings


@cache
def _settings_of(file: Path | None, root: Path) -> Settings:
    return (
        validated(replace(Settings(**read(file)), root=root, source=file), str(file)) if file is not None else Settings(root=root)
    )


def _root_of(folder: Path) -> Path | None:
    file = nearest_file(folder)
    return file.parent if file is not None else repository_root(folder)


@cache
def nearest_file(folder: Path) -> Path | None:
    """The configuration file that applies to a folder. Raises `ConfigurationError` for a `pyproject.toml` that is no TOML."""
    return next((file for parent in (folder, *folder.parents) if (file := _file_in(parent)) is not None), None)


@cache
def _file_in(folder: Path) -> Path | None:
    for name in NAMES:
        file = folder / name
        # A link to nothing is a file that cannot be read, not a project without settings.
        if os.path.lexists(file) and not file.is_dir() and (name != "pyproject.toml" or "s3lint" in _tools(tables_of(file))):
            return file
    return None


def is_project(folder: Path, *, isolated: bool = False) -> bool:
    """Whether a configuration file (unless `isolated`) or a repository tells the root of a folder."""
    return repository_root(folder) is not None or (not isolated and nearest_file(folder) is not None)


def isolated(settings: Settings) -> Settings:
    """Return settings for a file outside of any project: only its own folder is searched, no subfolder."""
    return replace(settings, extend_exclude=(*settings.extend_exclude, "*/"))


def fallback_root(folder: Path, paths: Iterable[Path]) -> Path:
    """The root of a folder outside of any project: the outermost of the given folders that contains it, else itself."""
    containing = (path for path in paths if folder.is_relative_to(path) and path.is_dir())
    return min(containing, key=lambda path: len(path.parts), default=folder)


def _tools(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table `tool` of a `pyproject.toml`; empty where it is none."""
    tools = data.get("tool")
    return tools if isinstance(tools, dict) else {}


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings that one file makes itself, as fields of `Settings`."""

    file: Path
    found: dict[str, Any]


def layers(file: Path, below: tuple[Path, ...] = ()) -> list[Layer]:
    """Return a configuration file and those that it extends, the file itself first: earlier ones override later ones.

    Raises `ConfigurationError`.
    """
    data = tables_of(file)
    table = _tools(data).get("s3lint", {}) if file.name == "pyproject.toml" else data
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: tool.s3lint must be a table")
    extended = table.get("extend")
    own = Layer(file, fields_of({key: value for key, value in table.items() if key != "extend"}, str(file), file.parent))
    if extended is None:
        return [own]
    if not isinstance(extended, str):
        raise ConfigurationError(f"{file}: extend must be the path of a file, not {kind_of(extended)}")
    base = (file.parent / _home_expanded(exactly("extend", extended, str, str(file)))).resolve()
    if base in (file.resolve(), *below):
        raise ConfigurationError(f"{file}: extend goes round in a circle through {base}")
    if len(below) > MAX_EXTENDED:
        raise ConfigurationError(f"{file}: extend goes through more than {MAX_EXTENDED} files")
    if not base.is_file():
        raise ConfigurationError(f"{file}: extend: there is no file {base}")
    return [own, *layers(base, (file.resolve(), *below))]


def read(file: Path) -> dict[str, Any]:
    """Return the settings of a file and of the files that it extends, as fields of `Settings`."""
    return {name: value for layer in reversed(layers(file)) for name, value in layer.found.items()}


def keys() -> dict[str, str]:
    """Return the field of `Settings` for each key of the table."""
    return {field.name.replace("_", "-"): field.name for field in fields(Settings) if field.name not in INTERNAL}


def fields_of(table: Mapping[str, Any], where: str, folder: Path) -> dict[str, Any]:
    """Return the fields of `Settings` that a table sets. Relative paths in it are relative to `folder`.

    Raises `ConfigurationError` for an unknown key or a wrong type.
    """
    hints = get_type_hints(Settings)
    known = keys()
    found = {}
    for key, value in table.items():
        if key not in known:
            raise ConfigurationError(f"{where}: no setting is called {key}{suggestion(key, (*known, 'extend'))}")
        made = converted(key, value, hints[known[key]], where)
        if isinstance(made, Path):
            made = _placed(made, key, folder, where)
        elif isinstance(made, tuple) and Path in get_args(hints[known[key]]):
            made = tuple(_placed(Path(text), key, folder, where) for text in made)
        found[known[key]] = made
    return found


def _placed(path: Path, key: str, folder: Path, where: str) -> Path:
    """Return a path relative to a folder. A configuration file of a checked project must not name places outside of it to write to."""
    placed = Path(os.path.abspath(folder / _home_expanded(str(path))))
    if where != COMMAND_LINE and not placed.is_relative_to(folder):
        raise ConfigurationError(f"{where}: {key} must lie below the folder of the file that sets it, not at {placed}")
    return placed


def _home_expanded(text: str) -> Path:
    """A path with `~` as the home of the user; a user that does not exist leaves it as it is written."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def validated(settings: Settings, where: str) -> Settings:
    """Return the settings. Raises `ConfigurationError` for a selector without a rule or a variable that cannot exist."""
    for key, variable in _variables(settings):
        if VARIABLE.fullmatch(variable) is None:
            raise ConfigurationError(f"{where}: {key}: {variable!r} cannot be the name of an environment variable")
    settings = replace(settings, **{name: _anchored(getattr(settings, name), name, settings.root, where) for name in PATTERNS})
    for name in SELECTORS:
        for selector in getattr(settings, name):
            _check_selector(selector, name.replace("_", "-"), where)
    for pattern, listed in settings.per_file_ignores.items():
        for selector in listed:
            _check_selector(selector, f"per-file-ignores.{pattern}", where)
    for selector in settings.severity:
        _check_selector(selector, "severity", where)
    return settings


def _anchored(patterns: Any, name: str, root: Path, where: str) -> Any:
    """Return the patterns of a setting, a tuple or the keys of a table, as git reads them. Raises `ConfigurationError`."""
    made = []
    for pattern in patterns:
        try:
            made.append(anchored(pattern, root))
        except ValueError as error:
            raise ConfigurationError(f"{where}: {name.replace('_', '-')}: {pattern!r} {error}") from None
    return dict(zip(made, patterns.values(), strict=True)) if isinstance(patterns, dict) else tuple(made)


def _variables(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "bucket-env-var", settings.bucket_env_var
    yield from ((f"bucket-env.{bucket}", variable) for bucket, variable in settings.bucket_env.items())


def _check_selector(selector: str, key: str, where: str) -> None:
    from s3lint.registry import UnknownRule, select

    try:
        select(selector)
    except UnknownRule as error:
        raise ConfigurationError(f"{where}: {key}: {error}") from None
