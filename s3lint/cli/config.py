"""`s3lint config`: show each setting in force and where it comes from."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from s3lint.cli.output import print_error
from s3lint.cli.request import setting_overrides, settings_finder
from s3lint.cli.without_effect import without_effect
from s3lint.config.load import COMMAND_LINE, keys, layers
from s3lint.config.schema import plain, written
from s3lint.errors import ConfigurationError, UsageError
from s3lint.reports import Report, as_json, printable
from s3lint.settings import Settings

DEFAULT = "default"


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if options.schema:
        print(written(), end="")
        return 0
    try:
        path = Path(os.path.abspath(options.path))
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        overrides = setting_overrides(options)
        settings = settings_finder(options, overrides, [path])(path)
        origins = origins_of(settings, overrides)
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2
    idle = list(without_effect(settings, path))
    print(_json(settings, origins, idle) if options.output_format == "json" else _text(settings, origins, idle))
    return 0


def origins_of(settings: Settings, overrides: dict[str, Any]) -> dict[str, str]:
    """The origin of each field of the settings: a file, the command line or the default."""
    found = dict.fromkeys(keys().values(), DEFAULT)
    for layer in reversed(layers(settings.source) if settings.source is not None else []):
        found |= dict.fromkeys(layer.found, str(layer.file))
    return found | dict.fromkeys(overrides, COMMAND_LINE)


def _text(settings: Settings, origins: dict[str, str], idle: list[str]) -> str:
    """Write the settings as TOML, with their origins as comments."""
    here = Report([], Path.cwd())
    rows = [(f"{key} = {_toml(plain(getattr(settings, name)))}", here.shown(Path(origins[name]))) for key, name in keys().items()]
    width = max(len(row) for row, _ in rows if len(row) <= 60)
    lines = [f"{row:{width}}  # {origin}" for row, origin in rows]
    notes = ["", *(f"# no effect: {each}" for each in idle)] if idle else []
    return "\n".join(printable(line) for line in [f"# root: {settings.root}", *lines, *notes])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _json(settings: Settings, origins: dict[str, str], idle: list[str]) -> str:
    made = {key: {"value": plain(getattr(settings, name)), "origin": origins[name]} for key, name in keys().items()}
    return as_json({"root": str(settings.root), "settings": made, "without_effect": idle}, indent=2)
