"""Load settings from `[tool.s3lint]` in `pyproject.toml`, `s3lint.toml` or `.s3lint.toml`. The nearest file applies.

Every error is one sentence with the key, the file and the closest valid word. Imports the registry only to validate selectors.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from s3lint.finding import Confidence
from s3lint.settings import Settings

COMMAND_LINE = "the command line"

NAMES = ("s3lint.toml", ".s3lint.toml", "pyproject.toml")

INTERNAL = frozenset({"root", "source"})
"""Fields of `Settings` that are not keys of a file."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

SELECTORS = ("select", "extend_select", "ignore", "unfixable", "extend_safe_fixes", "extend_unsafe_fixes")
"""Fields with selectors: codes, their beginnings, or names of rules."""


class ConfigurationError(Exception):
    """One sentence: what is wrong, in which file, and the nearest right name."""


def settings_for(path: Path, fallback: Path, changes: Mapping[str, Any] | None = None, file: Path | None = None) -> Settings:
    """Return the settings of a file or folder, from its nearest configuration file or from `file`; `changes` override them.

    `fallback` is the root if neither a configuration file nor a repository determines it. Raises `ConfigurationError`.
    """
    folder = path if path.is_dir() else path.parent
    settings = _settings_of(file or nearest_file(folder), folder, fallback)
    return validated(replace(settings, **changes), COMMAND_LINE) if changes else settings


@cache
def _settings_of(file: Path | None, folder: Path, fallback: Path) -> Settings:
    if file is None:
        return Settings(root=repository_root(folder) or fallback)
    return validated(replace(Settings(**read(file)), root=file.parent, source=file), str(file))


@cache
def nearest_file(folder: Path) -> Path | None:
    """Return the configuration file of a folder: the nearest one in it or above; None if there is none."""
    for name in NAMES:
        file = folder / name
        if file.is_file() and (name != "pyproject.toml" or _has_table(file)):
            return file
    return None if folder.parent == folder else nearest_file(folder.parent)


@cache
def repository_root(folder: Path) -> Path | None:
    """Return the root of the git or Mercurial repository around a folder, if there is one."""
    if (folder / ".git").exists() or (folder / ".hg").exists():
        return folder
    return None if folder.parent == folder else repository_root(folder.parent)


def is_project(settings: Settings) -> bool:
    """Return whether a configuration file or a repository determines the root."""
    return settings.source is not None or repository_root(settings.root) is not None


def isolated(settings: Settings) -> Settings:
    """Return settings for a file outside of any project: only its own folder is searched, no subfolder."""
    return replace(settings, extend_exclude=(*settings.extend_exclude, "*/"))


def common_root(paths: Iterable[Path]) -> Path:
    """Return the root of files outside any project: the current folder if all are in it, otherwise their common parent."""
    folders = [str(path if path.is_dir() else path.parent) for path in paths]
    current = Path.cwd()
    if not folders or all(Path(folder).is_relative_to(current) for folder in folders):
        return current
    return Path(os.path.commonpath(folders))


def _has_table(file: Path) -> bool:
    try:
        return b"[tool.s3lint" in file.read_bytes() and "s3lint" in _load(file).get("tool", {})
    except (OSError, ConfigurationError):
        return False


def _load(file: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}") from None


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings that one file makes itself, as fields of `Settings`."""

    file: Path
    found: dict[str, Any]


def layers(file: Path, below: tuple[Path, ...] = ()) -> list[Layer]:
    """Return a configuration file and those that it extends, the file itself first: earlier ones override later ones.

    Raises `ConfigurationError`.
    """
    data = _load(file)
    table = data.get("tool", {}).get("s3lint", {}) if file.name == "pyproject.toml" else data
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: tool.s3lint must be a table")
    extended = table.pop("extend", None)
    own = Layer(file, fields_of(table, str(file), file.parent))
    if extended is None:
        return [own]
    if not isinstance(extended, str):
        raise ConfigurationError(f"{file}: extend must be the path of a file, not {_kind(extended)}")
    base = (file.parent / Path(extended).expanduser()).resolve()
    if base in (file.resolve(), *below):
        raise ConfigurationError(f"{file}: extend goes round in a circle through {base}")
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
        found[known[key]] = _placed(made, key, folder, where) if isinstance(made, Path) else made
    return found


def _placed(path: Path, key: str, folder: Path, where: str) -> Path:
    """Return a path of a setting as an absolute path.

    Raises `ConfigurationError` for one outside of the folder: a configuration file comes with the checked code, and must not make s3lint
    write elsewhere on the machine.
    """
    placed = Path(os.path.abspath(folder / path.expanduser()))
    if where != COMMAND_LINE and not placed.is_relative_to(folder):
        raise ConfigurationError(f"{where}: {key} must lie below the folder of the file that sets it, not at {placed}")
    return placed


def suggestion(text: str, known: Iterable[str]) -> str:
    """Return `: did you mean …?` for the closest known word, or an empty text."""
    from difflib import get_close_matches

    close = get_close_matches(text, list(known), 1, 0.5)
    return f": did you mean {close[0]}?" if close else ""


def converted(key: str, value: Any, kind: Any, where: str) -> Any:
    """Convert a TOML value to the type of its field. Raises `ConfigurationError` for a value of another type."""
    if kind is Confidence:
        return _one_of(key, value, {str(level): level for level in Confidence}, where)
    if get_origin(kind) is Literal:
        return _one_of(key, value, {choice: choice for choice in get_args(kind)}, where)
    if kind is bool or kind is str:
        return _exactly(key, value, kind, where)
    if kind is int:
        return _positive(key, value, where)
    if Path in get_args(kind):
        text = _exactly(key, value, str, where)
        return Path(text) if text else None
    if get_origin(kind) is tuple:
        return _texts(key, value, where)
    inner = get_args(kind)[1]
    if not isinstance(value, dict):
        raise ConfigurationError(f"{where}: {key} must be a table, not {_kind(value)}")
    return {name: converted(f"{key}.{name}", item, inner, where) for name, item in value.items()}


def _one_of(key: str, value: Any, choices: Mapping[str, Any], where: str) -> Any:
    if value not in choices if isinstance(value, str) else True:
        hint = suggestion(value, choices) if isinstance(value, str) else ""
        raise ConfigurationError(f"{where}: {key} must be one of {', '.join(choices)}, not {value!r}{hint}")
    return choices[value]


def _exactly(key: str, value: Any, kind: type, where: str) -> Any:
    if type(value) is not kind:
        expected = {bool: "true or false", str: "a text"}[kind]
        raise ConfigurationError(f"{where}: {key} must be {expected}, not {_kind(value)}")
    return value


def _positive(key: str, value: Any, where: str) -> int:
    if type(value) is not int or value <= 0:
        raise ConfigurationError(f"{where}: {key} must be a positive whole number, not {value!r}")
    return value


def _texts(key: str, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{where}: {key} must be a list of texts, not {_kind(value)}")
    other = next((item for item in value if not isinstance(item, str)), None)
    if other is not None:
        raise ConfigurationError(f"{where}: {key} must be a list of texts, and holds {_kind(other)}")
    return tuple(value)


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), type(value).__name__)


def validated(settings: Settings, where: str) -> Settings:
    """Return the settings. Raises `ConfigurationError` for a selector without a rule or a variable that cannot exist."""
    for key, variable in _variables(settings):
        if VARIABLE.fullmatch(variable) is None:
            raise ConfigurationError(f"{where}: {key}: {variable!r} cannot be the name of an environment variable")
    for name in SELECTORS:
        for selector in getattr(settings, name):
            _check_selector(selector, name.replace("_", "-"), where)
    for pattern, listed in settings.per_file_ignores.items():
        for selector in listed:
            _check_selector(selector, f"per-file-ignores.{pattern}", where)
    return settings


def _variables(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "bucket-env-var", settings.bucket_env_var
    yield from ((f"bucket-env.{bucket}", variable) for bucket, variable in settings.bucket_env.items())


def _check_selector(selector: str, key: str, where: str) -> None:
    from s3lint.registry import UnknownRule, select

    try:
        select(selector)
    except UnknownRule as error:
        raise ConfigurationError(f"{where}: {key}: {error}") from None
