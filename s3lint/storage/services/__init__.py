"""Facts about services as data, generated from the libraries' own models: see `generate.py`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Return the table of a service, `s3` or `dynamodb`. Raises `FileNotFoundError` for any other name."""
    text = files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table
