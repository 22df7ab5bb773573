"""The harness for rules: fixtures with markers, and what must hold of every rule. Rule packs of others may use it too.

A fixture folder holds `bad.py`, in which every line that must fire ends in `#: STO211` (several codes with commas between them;
`#:^ STO211` on a line of its own means the line above), and `good.py`, which looks alike and must stay silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from s3lint.engine import Engine
from s3lint.finding import Finding
from s3lint.rule import Rule
from s3lint.settings import Settings

MARKER = re.compile(r"#:(\^*) (STO\d{3}(?:, STO\d{3})*)\s*$")

Marks = set[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Fixture:
    """The folder of one rule."""

    rule: Rule
    folder: Path

    @property
    def settings(self) -> Settings:
        """The default profile, with the rule itself where that is strict."""
        return Settings(root=self.folder, extend_select=(self.rule.code,))

    def read(self, name: str) -> str:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return file.read()


def check(text: str | bytes, settings: Settings | None = None, name: str = "example.py") -> list[Finding]:
    """The findings in a text, as if it stood alone in an empty project. Raises `AssertionError` where s3lint itself fails."""
    settings = settings or Settings(root=Path("/nowhere"))
    data = text.encode() if isinstance(text, str) else text
    findings, errors = Engine(settings).check(settings.root / name, data)
    assert not errors, errors
    return findings


def expected(text: str) -> Marks:
    """The rows and codes that the markers in a text ask for."""
    found = set()
    for row, line in enumerate(text.splitlines(), 1):
        match = MARKER.search(line)
        if match is not None:
            found |= {(row - len(match[1]), code) for code in match[2].split(", ")}
    return found


def reported(findings: list[Finding]) -> Marks:
    return {(finding.start.row, finding.code) for finding in findings}


def variants() -> Iterator[tuple[str, Callable[[str], bytes]]]:
    """Ways to write the same program; none of them may change a verdict."""
    yield "as it is", lambda text: text.encode()
    yield "CRLF", lambda text: text.replace("\n", "\r\n").encode()
    yield "tabs", lambda text: _with_tabs(text).encode()
    yield "byte order mark", lambda text: b"\xef\xbb\xbf" + text.encode()
    yield "form feeds", lambda text: re.sub(r"^(?=def |class |@)", "\f", text, flags=re.MULTILINE).encode()
    yield "no final newline", lambda text: text.rstrip("\n").encode()


def _with_tabs(text: str) -> str:
    return re.sub(r"^(?: {4})+", lambda match: "\t" * (len(match[0]) // 4), text, flags=re.MULTILINE)


def examples(rule: Rule, heading: str) -> list[str]:
    """The code blocks under a heading of a rule's page (`Do`, `Do not`)."""
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", rule.page, re.MULTILINE | re.DOTALL)
    return re.findall(r"```python\n(.*?)```", section[1], re.DOTALL) if section is not None else []
