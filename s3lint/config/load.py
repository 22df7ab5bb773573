"""Load settings from `[tool.s3lint]` in `pyproject.toml`, `s3lint.toml` or `.s3lint.toml`. The nearest file applies.

Every error is one sentence with the key, the file and the closest valid word. Imports the registry only to validate selectors.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from s3lint.config.convert import converted, exactly, kind_of, suggestion
from s3lint.errors import ConfigurationError
from s3lint.project.boundary import repository_root
from s3lint.project.patterns import anchored
from s3lint.project.toml import at, tables_of
from s3lint.settings import Settings
from s3lint.support.frozen import frozen

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
    """Return the settings of a file and of those that it extends. Raises `ConfigurationError` with all that is wrong in them."""
    if file is None:
        return Settings(root=root)
    every = layers(file)
    found = {name: value for layer in reversed(every) for name, value in layer.found.items()}
    problems = [problem for layer in every for problem in layer.problems]
    try:
        settings = validated(replace(Settings(**found), root=root, source=file), str(file))
    except ConfigurationError as error:
        problems += error.args
    if problems:
        raise ConfigurationError(*sorted(dict.fromkeys(problems), key=_place_of))
    return settings


def _place_of(problem: str) -> tuple[str, int]:
    """Return the file and the line that a problem begins with; line 0 without one."""
    place = re.match(r"(.*?):(\d+): ", problem)
    return (place[1], int(place[2])) if place is not None else (problem.partition(": ")[0], 0)


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


@frozen()
class Layer:
    """The settings that one file makes itself, as fields of `Settings`."""

    file: Path
    found: dict[str, Any]
    problems: tuple[str, ...] = ()


def layers(file: Path, below: tuple[Path, ...] = ()) -> list[Layer]:
    """Return a configuration file and those that it extends, the file itself first: earlier ones override later ones.

    Raises `ConfigurationError`.
    """
    data = tables_of(file)
    table = _tools(data).get("s3lint", {}) if file.name == "pyproject.toml" else data
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: tool.s3lint must be a table")
    extended = table.get("extend")
    own = Layer(file, *_fields_of({key: value for key, value in table.items() if key != "extend"}, str(file), file.parent))
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


def keys() -> dict[str, str]:
    """Return the field of `Settings` for each key of the table."""
    return {field.name.replace("_", "-"): field.name for field in fields(Settings) if field.name not in INTERNAL}


def fields_of(table: Mapping[str, Any], where: str, folder: Path) -> dict[str, Any]:
    """Return the fields of `Settings` that a table sets. Relative paths in it are relative to `folder`.

    Raises `ConfigurationError` for unknown keys and wrong types, all of them together.
    """
    found, problems = _fields_of(table, where, folder)
    if problems:
        raise ConfigurationError(*problems)
    return found


def _fields_of(table: Mapping[str, Any], where: str, folder: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the fields that can be read, and a sentence for each key that cannot."""
    hints = get_type_hints(Settings)
    known = keys()
    found, problems = dict[str, Any](), list[str]()
    for key, value in table.items():
        try:
            if key not in known:
                raise ConfigurationError(f"{at(where, key)}: no setting is called {key}{suggestion(key, (*known, 'extend'))}")
            made = converted(key, value, hints[known[key]], where)
            if isinstance(made, Path):
                made = _placed(made, key, folder, where)
            elif isinstance(made, tuple) and Path in get_args(hints[known[key]]):
                made = tuple(_placed(Path(text), key, folder, where) for text in made)
            found[known[key]] = made
        except ConfigurationError as error:
            problems += error.args
    return found, tuple(problems)


def _placed(path: Path, key: str, folder: Path, where: str) -> Path:
    """Return a path relative to a folder. A configuration file of a checked project must not name places outside of it to write to."""
    placed = Path(os.path.abspath(folder / _home_expanded(str(path))))
    if where != COMMAND_LINE and not placed.is_relative_to(folder):
        raise ConfigurationError(f"{at(where, key)}: {key} must lie below the folder of the file that sets it, not at {placed}")
    if where != COMMAND_LINE and ".git" in placed.relative_to(folder).parts:
        raise ConfigurationError(f"{at(where, key)}: {key} must not lie in the repository's own folder {placed.parent}")
    return placed


def _home_expanded(text: str) -> Path:
    """A path with `~` as the home of the user; a user that does not exist leaves it as it is written."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def validated(settings: Settings, where: str) -> Settings:
    """Return the settings. Raises `ConfigurationError` for selectors without a rule and variables that cannot exist, all together."""
    problems = [
        f"{at(where, key)}: {key}: {variable!r} cannot be the name of an environment variable"
        for key, variable in _variables(settings)
        if VARIABLE.fullmatch(variable) is None
    ]
    made = {}
    for name in PATTERNS:
        try:
            made[name] = _anchored(getattr(settings, name), name, settings.root, where)
        except ConfigurationError as error:
            problems += error.args
    problems += [problem for key, selector in _selectors(settings) if (problem := _selector_problem(selector, key, where))]
    if problems:
        raise ConfigurationError(*problems)
    return replace(settings, **made)


def _selectors(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield every selector with the key that names it."""
    for name in SELECTORS:
        yield from ((name.replace("_", "-"), selector) for selector in getattr(settings, name))
    for pattern, listed in settings.per_file_ignores.items():
        yield from ((f"per-file-ignores.{pattern}", selector) for selector in listed)
    yield from ((f"severity.{selector}", selector) for selector in settings.severity)


def _anchored(patterns: Any, name: str, root: Path, where: str) -> Any:
    """Return the patterns of a setting, a tuple or the keys of a table, as git reads them. Raises `ConfigurationError`."""
    made = []
    for pattern in patterns:
        try:
            made.append(anchored(pattern, root))
        except ValueError as error:
            key = name.replace("_", "-")
            raise ConfigurationError(f"{at(where, key)}: {key}: {pattern!r} {error}") from None
    return dict(zip(made, patterns.values(), strict=True)) if isinstance(patterns, dict) else tuple(made)


def _variables(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "bucket-env-var", settings.bucket_env_var
    yield from ((f"bucket-env.{bucket}", variable) for bucket, variable in settings.bucket_env.items())


def _selector_problem(selector: str, key: str, where: str) -> str | None:
    from s3lint.registry import UnknownRule, select

    try:
        select(selector)
    except UnknownRule as error:
        return f"{at(where, key)}: {key}: {error}"
    return None
