"""Test rules, those of rule packs too: fixtures with markers, and requirements on every rule. Imports `linter` and layers below.

A fixture folder contains `bad.py`, in which every line that must fire ends in `#: STO211` (several codes with commas between them;
`#:^ STO211` on a line of its own means the line above), and `good.py`, which looks alike and must have no findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from s3lint.finding import Finding
from s3lint.linter.engine import Engine
from s3lint.registry.rule import Rule
from s3lint.settings import Settings
from s3lint.support.frozen import frozen

MARKER = re.compile(r"#:(\^*) ([A-Z]{1,3}\d{3}(?:, [A-Z]{1,3}\d{3})*)\s*$")

Marks = set[tuple[int, str]]


@frozen()
class Fixture:
    """The fixture folder of one rule."""

    rule: Rule
    folder: Path

    @property
    def settings(self) -> Settings:
        """Return the default profile plus the rule, which may be one of the strict profile."""
        return Settings(root=self.folder, extend_select=(self.rule.code,))

    @property
    def fixing(self) -> Settings:
        """Return settings with the rule alone, so that nothing else is fixed."""
        return Settings(root=self.folder, select=(self.rule.code,))

    def read(self, name: str) -> str:
        """Read a file of the folder, with its line ends."""
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return file.read()


def check(text: str | bytes, settings: Settings | None = None, name: str = "example.py") -> list[Finding]:
    """Check a text as the only file of a project. Raises `AssertionError` if s3lint itself fails."""
    settings = settings or Settings(root=Path("/nowhere"))
    data = text.encode() if isinstance(text, str) else text
    findings, errors = Engine(settings).check(settings.root / name, data)
    assert not errors, errors
    return findings


HEADINGS = ("What it finds", "Why", "When it stays silent", "References")
"""The sections that every rule's page must have."""


def verify(rule: Rule, folder: Path) -> None:
    """Check that a rule meets every requirement on s3lint's own rules. Raises `AssertionError` with what is wrong.

    `folder` is the fixture folder of the rule.
    """
    verify_page(rule)
    fixture = Fixture(rule, folder)
    wanted = expected(fixture.read("bad.py"))
    assert any(code == rule.code for _, code in wanted), f"{folder}/bad.py marks no line with {rule.code}"
    for name, write in variants():
        found = reported(check(write(fixture.read("bad.py")), fixture.settings, "bad.py"))
        assert found == wanted, f"bad.py ({name}): missing {sorted(wanted - found)}, too many {sorted(found - wanted)}"
        false = reported(check(write(fixture.read("good.py")), fixture.settings, "good.py"))
        assert not false, f"good.py ({name}): {sorted(false)}"


def verify_page(rule: Rule) -> None:
    """Check a rule's page: its sections, its sources, and its examples, which must fire under `Do not` and not under `Do`."""
    assert rule.page.startswith(f"{rule.name}: "), f"the page does not begin with `{rule.name}: `"
    found = re.findall(r"^## (.+)$", rule.page, re.MULTILINE)
    assert set(HEADINGS) <= set(found), f"sections are missing: {sorted(set(HEADINGS) - set(found))}"
    assert len(found) == len(set(found)), "a section occurs twice"
    assert re.search(r"^- \[.+\]\(https://.+\)", rule.page, re.MULTILINE), "no source is cited under References"
    settings = Settings(root=Path("/nowhere"), extend_select=(rule.code,))
    for heading, fires in (("Do not", True), ("Do", False)):
        for text in examples(rule, heading):
            codes = {finding.code for finding in check(text, settings)}
            assert (rule.code in codes) is fires, f"the example under {heading} {'does not fire' if fires else 'fires'}:\n{text}"


def fixed(text: str, settings: Settings, name: str = "bad.py") -> str:
    """Apply every fix, unsafe ones too, to a text."""
    from s3lint.linter.fix import fix_file

    path = settings.root / name
    return fix_file(path, text.encode(), settings, unsafe=True).after.decode()


def expected(text: str) -> Marks:
    """Read the markers of a text: pairs of row and code."""
    found = set()
    for row, line in enumerate(text.splitlines(), 1):
        match = MARKER.search(line)
        if match is not None:
            found |= {(row - len(match[1]), code) for code in match[2].split(", ")}
    return found


def reported(findings: list[Finding]) -> Marks:
    """Return the pairs of row and code of findings."""
    return {(finding.start.row, finding.code) for finding in findings}


def variants() -> Iterator[tuple[str, Callable[[str], bytes]]]:
    """Yield ways to write the same program, with their names; none of them may change the findings."""
    yield "as it is", lambda text: text.encode()
    yield "CRLF", lambda text: text.replace("\n", "\r\n").encode()
    yield "tabs", lambda text: _with_tabs(text).encode()
    yield "byte order mark", lambda text: b"\xef\xbb\xbf" + text.encode()
    yield "form feeds", lambda text: re.sub(r"^(?=def |class |@)", "\f", text, flags=re.MULTILINE).encode()
    yield "no final newline", lambda text: text.rstrip("\n").encode()


def _with_tabs(text: str) -> str:
    return re.sub(r"^(?: {4})+", lambda match: "\t" * (len(match[0]) // 4), text, flags=re.MULTILINE)


def examples(rule: Rule, heading: str) -> list[str]:
    """Return the code blocks under a heading (`Do`, `Do not`) of a rule's page."""
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", rule.page, re.MULTILINE | re.DOTALL)
    return re.findall(r"```python\n(.*?)```", section[1], re.DOTALL) if section is not None else []
