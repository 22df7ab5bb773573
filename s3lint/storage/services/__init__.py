"""Facts about services as data, generated from the libraries' own models: see `generate.py`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Return the table of a service, `s3` or `dynamodb`. Raises `FileNotFoundError` for any other name."""
    table: dict[str, Any] = json.loads(Path(__file__).with_name(f"{name}.json").read_bytes())
    return table
