"""Pages of the site that are made from the rules and the standard while MkDocs builds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

from docs.figures import figures
from s3lint import REPOSITORY
from s3lint.config import schema
from s3lint.registry import rules
from s3lint.registry.chapters import CHAPTERS
from s3lint.registry.rule import Rule
from s3lint.registry.standard import Clause, clauses, rules_of

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

LINK = re.compile(r"(?<=\]\()(?!https?:|#)([^)]+)")
"""The target of a link to a file of the repository."""

ROOT_PAGES = {"changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md", "security.md": "SECURITY.md"}
"""Pages of the site that are files at the root of the repository."""


def on_config(config: MkDocsConfig) -> None:
    """Puts the pages of rules into the navigation, by chapter."""
    assert config.nav is not None
    at = config.nav.index({"Rules": "rules/"})
    config.nav[at] = {"Rules": ["rules/index.md", *({title: _paths(chapter)} for chapter, title in CHAPTERS.items())]}


def _paths(chapter: str) -> list[dict[str, str]]:
    return [{f"{rule.code} {rule.name}": f"rules/{rule.name}.md"} for rule in rules().values() if rule.chapter == chapter]


def on_files(files: Files, config: MkDocsConfig) -> None:
    for path, content in (*generated(), *figures()):
        files.append(File.generated(config, path, content=content))
    files.append(File.generated(config, schema.URL.removeprefix(config.site_url or ""), content=schema.written()))


def generated() -> Iterator[tuple[str, str]]:
    """The path and the text of each page."""
    yield "rules/index.md", _index()
    yield "standard.md", _standard()
    for name, source in ROOT_PAGES.items():
        yield name, _root_page((Path(__file__).parents[1] / source).read_text(encoding="utf-8"))
    for rule in rules().values():
        yield f"rules/{rule.name}.md", page(rule)


def _root_page(text: str) -> str:
    """Return a page of the root with links that work in the site: to its pages, else to the repository."""
    return LINK.sub(
        lambda found: found[1].removeprefix("docs/") if found[1].startswith("docs/") else f"{REPOSITORY}/blob/main/{found[1]}", text
    )


def page(rule: Rule) -> str:
    """The page of a rule: what it declares, and the docstring of its module."""
    first, _, rest = rule.page.partition("\n")
    clause = clauses().get(rule.clause or "")
    facts = {
        "Standard": clause.text if clause is not None else "–",
        "Profile": f"`{rule.profile}`",
        "Severity": f"`{rule.severity}`",
        "Fix": {"none": "none", "sometimes": "safe or unsafe, by the case"}.get(rule.fix, rule.fix) + _lossless(rule),
        "Helper": f"`{rule.helper}`" if rule.helper is not None else "–",
    }
    rows = "\n".join(f"- **{name}:** {value}" for name, value in facts.items())
    return f"# {rule.code} {rule.name}\n\n{_finds(first)}\n\n{rows}\n{rest}\n"


def _lossless(rule: Rule) -> str:
    return "; not offered where it would lose a comment" if rule.fix != "none" else ""


def _finds(first: str) -> str:
    finds = first.partition(": ")[2]
    return finds[:1].upper() + finds[1:]


def _index() -> str:
    parts = [
        "# Rules",
        "The `default` profile contains the low-noise rules; `strict` adds those that not every project wants, `preview` rules on [trial](../stability.md#rules-on-trial).",
    ]
    for chapter, title in CHAPTERS.items():
        rows = [
            f"| {rule.code} | [{rule.name}]({rule.name}.md) | {_finds(rule.page.partition(chr(10))[0])} | {rule.profile} | {rule.severity} | {rule.fix} |"
            for rule in rules().values()
            if rule.chapter == chapter
        ]
        parts += [
            f"## {title}",
            "\n".join(["| Code | Name | What it finds | Profile | Severity | Fix |", "|---|---|---|---|---|---|", *rows]),
        ]
    return "\n\n".join(parts) + "\n"


def _standard() -> str:
    parts = ["# The standard", "Each sentence, and the rules that enforce it or the reason why none can."]
    section = ""
    for clause in clauses().values():
        if clause.section != section:
            section = clause.section
            parts.append(f"## {section}")
        parts.append(f"- {clause.text}\n\n    {_enforced(clause)}")
    return "\n\n".join(parts) + "\n"


def _enforced(clause: Clause) -> str:
    enforcing = rules_of(clause, rules().values())
    return ", ".join(f"[{rule.code} {rule.name}](rules/{rule.name}.md)" for rule in enforcing) or f"*{clause.unchecked}*"
