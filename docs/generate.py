"""Writes the generated parts of the documentation again: `make docs`. A test fails where they are stale."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from s3lint.config import schema
from s3lint.config.load import keys
from s3lint.registry import rules
from s3lint.registry.rule import Rule
from s3lint.settings import Settings

ROOT = Path(__file__).parents[1]

DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "configuration.md")


def rule_table() -> str:
    """Every rule, in order of codes."""
    rows = ["| Code | Name | What it finds | Profile |", "|---|---|---|---|", *map(_row, rules().values())]
    return "\n".join(rows)


def _row(rule: Rule) -> str:
    finds = rule.page.partition("\n")[0].partition(": ")[2]
    return f"| {rule.code} | [{rule.name}]({_module(rule)}) | {finds[0].upper()}{finds[1:]} | {rule.profile} |"


def _module(rule: Rule) -> str:
    return f"rules/{rule.chapter}/{rule.name.replace('-', '_')}.py"


LONG = 40
"""Characters of a default over which it is shortened."""


def setting_table() -> str:
    """Every setting, as its dataclass describes it."""
    known = {field.name: field for field in fields(Settings)}
    rows = ["| Key | Default | Meaning |", "|---|---|---|"]
    rows.append("| `extend` | | another configuration file whose settings hold where this one says nothing |")
    for key, name in keys().items():
        default = json.dumps(schema.plain(schema.default_of(known[name])))
        shown = f"`{default}`" if len(default) <= LONG else f"`{default[:LONG].rpartition(',')[0]}, …]`"
        rows.append(f"| `{key}` | {shown} | {_meaning(schema.about(name), key)} |")
    return "\n".join(rows)


def _meaning(text: str, key: str) -> str:
    choices = schema.schema()["properties"][key].get("enum")
    return f"{text}: {', '.join(f'`{choice}`' for choice in choices)}" if choices else text


PARTS: dict[str, Callable[[], str]] = {"rules": rule_table, "settings": setting_table}


def generated(text: str) -> str:
    """The text with the parts between `<!-- name -->` and `<!-- /name -->` made again. Raises `ValueError` for an unknown name."""

    def made(match: re.Match[str]) -> str:
        if match["name"] not in PARTS:
            raise ValueError(f"nothing is generated under the name {match['name']}")
        return f"<!-- {match['name']} -->\n{PARTS[match['name']]()}\n<!-- /{match['name']} -->"

    return re.sub(r"<!-- (?P<name>\w+) -->\n.*?<!-- /(?P=name) -->", made, text, flags=re.DOTALL)


def main() -> None:
    schema.FILE.write_text(schema.written(), encoding="utf-8")
    for path in DOCUMENTS:
        path.write_text(generated(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
