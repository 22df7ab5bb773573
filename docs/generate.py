"""Write the table of settings in docs/configuration.md again: `make docs`. A test fails where it is stale."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from s3lint.config import schema
from s3lint.config.load import keys
from s3lint.settings import Settings

PAGE = Path(__file__).with_name("configuration.md")

TABLE = re.compile(r"(?<=<!-- settings -->\n).*(?=\n<!-- /settings -->)", re.DOTALL)

MAX_DEFAULT = 40
"""Characters of a default; a longer list is shortened."""


def setting_table() -> str:
    """Return a row for each setting: its key, its default and the description in its annotation."""
    known = {field.name: field for field in fields(Settings)}
    rows = ["| Key | Default | Meaning |", "|---|---|---|"]
    rows.append(f"| `extend` | | {schema.EXTEND} |")
    for key, name in keys().items():
        default = json.dumps(schema.plain(schema.default_of(known[name])))
        shown = f"`{default}`" if len(default) <= MAX_DEFAULT else f"`{default[:MAX_DEFAULT].rpartition(',')[0]}, …]`"
        rows.append(f"| `{key}` | {shown} | {_meaning(schema.about(name), key)} |")
    return "\n".join(rows)


def _meaning(text: str, key: str) -> str:
    choices = schema.schema()["properties"][key].get("enum")
    return f"{text}: {', '.join(f'`{choice}`' for choice in choices)}" if choices else text


def generated(page: str) -> str:
    """Return the page with its table of settings made again. Raises `ValueError` for a page without one."""
    made, count = TABLE.subn(lambda _: setting_table(), page)
    if count != 1:
        raise ValueError(f"{count} tables of settings, not one")
    return made


if __name__ == "__main__":
    PAGE.write_text(generated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
