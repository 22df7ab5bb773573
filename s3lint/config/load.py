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

from s3lint.finding import Confidence, Severity
from s3lint.project.boundary import repository_root
from s3lint.project.patterns import anchored
from s3lint.settings import Settings
from s3lint.support.bounded_read import read_bounded

COMMAND_LINE = "the command line"

NAMES = ("s3lint.toml", ".s3lint.toml", "pyproject.toml")

MAX_CONFIGURATION_BYTES = 1_000_000

MAX_KEY_PARTS = 100

MAX_EXTENDED = 30
"""Files that extend each other in a row."""

MAX_NUMBER = (1 << 63) - 1
"""The largest number of TOML, whose numbers have 64 bits."""

LONG_NUMBER = re.compile(r"[0-9][0-9_]{4299,}")

QUOTED = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
"""Texts and comments of TOML, which may hold anything."""

INTERNAL = frozenset({"root", "source"})
"""Fields of `Settings` that are not keys of a file."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

SELECTORS = ("select", "extend_select", "ignore", "unfixable", "extend_safe_fixes", "extend_unsafe_fixes")
"""Fields with selectors: codes, their beginnings, or names of rules."""


PATTERNS = ("exclude", "extend_exclude", "test_paths", "per_file_ignores")
"""Fields with patterns of paths."""


class ConfigurationError(Exception):
    """One sentence: what is wrong, in which file, and the nearest right name."""


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
        if os.path.lexists(file) and not file.is_dir() and (name != "pyproject.toml" or "s3lint" in _tools(_load(file))):
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


@cache
def _load(file: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises `ConfigurationError` with line and column for one that cannot be read."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        data = read_bounded(file, MAX_CONFIGURATION_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror or error}") from None
    try:
        text = data.decode("utf-8-sig")
        if _has_long_key(text):
            raise ConfigurationError(f"{file} is not read: a key in it has more than {MAX_KEY_PARTS} parts")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        raise ConfigurationError(f"{file} is not valid TOML: no UTF-8 {_place(before)}") from None
    except RecursionError:
        raise ConfigurationError(f"{file} is not read: lists or tables in it are nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        message = str(error).replace("(at end of document)", _place(text))
        raise ConfigurationError(f"{file} is not valid TOML: {message}") from None
    except ValueError:  # Python refuses to read numbers of more than 4,300 digits.
        number = LONG_NUMBER.search(text)
        place = _place(text[: number.start()]) if number is not None else ""
        raise ConfigurationError(f"{file} is not read: a number in it has too many digits {place}".rstrip()) from None


def _place(before: str) -> str:
    """Where a text ends, as tomllib writes it."""
    lines = before.split("\n")
    return f"(at line {len(lines)}, column {len(lines[-1]) + 1})"


def _has_long_key(text: str) -> bool:
    """Whether a dotted key has more than `MAX_KEY_PARTS` parts, for which tomllib takes cubic time: 28 s for 20,000 parts."""
    if text.count(".") <= MAX_KEY_PARTS:
        return False
    plain = QUOTED.sub("", text)
    return any(part.count(".") >= MAX_KEY_PARTS for part in re.split(r"[,=\[\]{}\n]", plain))


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
    data = _load(file)
    table = _tools(data).get("s3lint", {}) if file.name == "pyproject.toml" else data
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: tool.s3lint must be a table")
    extended = table.get("extend")
    own = Layer(file, fields_of({key: value for key, value in table.items() if key != "extend"}, str(file), file.parent))
    if extended is None:
        return [own]
    if not isinstance(extended, str):
        raise ConfigurationError(f"{file}: extend must be the path of a file, not {_kind(extended)}")
    base = (file.parent / _home_expanded(_exactly("extend", extended, str, str(file)))).resolve()
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
        found[known[key]] = _placed(made, key, folder, where) if isinstance(made, Path) else made
    return found


def _placed(path: Path, key: str, folder: Path, where: str) -> Path:
    """A path that starts at a folder. A file that came with somebody's code must not name others of the machine to be written."""
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


def suggestion(text: str, known: Iterable[str]) -> str:
    """Return `: did you mean …?` for the closest known word, or an empty text."""
    from difflib import get_close_matches

    close = get_close_matches(text, list(known), 1, 0.5)
    return f": did you mean {close[0]}?" if close else ""


def converted(key: str, value: Any, kind: Any, where: str) -> Any:
    """Convert a TOML value to the type of its field. Raises `ConfigurationError` for a value of another type."""
    if kind is Confidence or kind is Severity:
        return _one_of(key, value, {str(level): level for level in kind}, where)
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
        raise ConfigurationError(f"{where}: {key} must be one of {', '.join(choices)}, not {_shown(value)}{hint}")
    return choices[value]


def _exactly(key: str, value: Any, kind: type, where: str) -> Any:
    if type(value) is not kind:
        expected = {bool: "true or false", str: "a text"}[kind]
        raise ConfigurationError(f"{where}: {key} must be {expected}, not {_kind(value)}")
    if kind is str and "\0" in str(value):
        raise ConfigurationError(f"{where}: {key} must not hold a NUL character")
    return value


def _positive(key: str, value: Any, where: str) -> int:
    if type(value) is not int or not 0 < value <= MAX_NUMBER:
        raise ConfigurationError(f"{where}: {key} must be a positive whole number, not {_shown(value)}")
    return value


def _texts(key: str, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{where}: {key} must be a list of texts, not {_kind(value)}")
    other = next((item for item in value if not isinstance(item, str)), None)
    if other is not None:
        raise ConfigurationError(f"{where}: {key} must be a list of texts, and holds {_kind(other)}")
    if any("\0" in item for item in value):
        raise ConfigurationError(f"{where}: {key} must not hold a NUL character")
    return tuple(value)


def _shown(value: Any) -> str:
    """A wrong value for a message: short, whatever stands in the file."""
    if isinstance(value, str):
        return repr(value if len(value) <= 80 else f"{value[:80]}…")
    return repr(value) if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) <= MAX_NUMBER) else _kind(value)


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
