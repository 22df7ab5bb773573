"""Comments that let a finding stand: `# s3lint: allow[…] reason`, `# s3lint: file-allow[…] reason` and flake8's `# noqa`."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from s3lint.finding import Finding
from s3lint.registry import UnknownRule, select

ALLOW = re.compile(r"#\s*s3lint:\s*(?P<scope>file-)?allow\[(?P<codes>[^\]]*)\](?P<reason>.*)", re.IGNORECASE)
NOQA = re.compile(r"#\s*noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?(?P<reason>.*)", re.IGNORECASE)
"""flake8's own grammar (flake8.defaults.NOQA_INLINE_REGEXP), and what follows it."""

UNTIL = re.compile(r"\buntil\s*=\s*(\d{4}-\d{2}-\d{2})\b")


@dataclass(eq=False)
class Suppression:
    """One comment. `rows` are the lines that it covers; None for the whole file. No codes: every rule (a bare `noqa`)."""

    row: int
    column: int
    text: str
    kind: str
    selectors: tuple[str, ...]
    reason: str
    until: date | None
    rows: range | None
    start: int = 0
    """The column where the white space before the comment starts."""
    alone: bool = False
    """Whether the comment has its line to itself."""

    @property
    def shown(self) -> str:
        """The comment without its reason."""
        return self.naming(", ".join(self.selectors))

    def naming(self, selectors: str) -> str:
        return f"noqa: {selectors}" if self.kind == "noqa" else f"{self.kind}[{selectors}]"

    def covers(self, finding: Finding) -> bool:
        """Whether it names the rule of a finding and covers its line."""
        if self.rows is not None and finding.start.row not in self.rows and finding.noqa_row not in self.rows:
            return False
        return not self.selectors or any(finding.code in codes_of(selector) for selector in self.selectors)

    def expired(self, today: date) -> bool:
        return self.until is not None and self.until < today


def codes_of(selector: str) -> frozenset[str]:
    """The codes that a suppression's selector names; none where no rule is called so."""
    try:
        return select(selector)
    except UnknownRule:
        return frozenset()


def suppressions(text: str) -> list[Suppression]:
    """Every suppression in the comments of a text."""
    if "s3lint:" not in text and not re.search("noqa", text, re.IGNORECASE):
        return []
    return [found for comment in _comments(text) for found in _read(comment)]


@dataclass(frozen=True, slots=True)
class Comment:
    row: int
    column: int
    text: str
    start: int
    alone: bool
    rows: range
    """The lines of the statement that a comment on a line of its own precedes, else those of its own line."""


def _comments(text: str) -> Iterator[Comment]:
    """The comments of a text; up to the first place that cannot be tokenized."""
    waiting: list[tuple[int, int, str, int, bool]] = []
    first = last = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            row, column = token.start
            if token.type == tokenize.COMMENT:
                alone = not token.line[:column].strip()
                start = len(token.line[:column].rstrip(" \t\f"))
                if alone and not first:
                    waiting.append((row, column, token.string, start, alone))
                else:
                    yield Comment(row, column, token.string, start, alone, range(row, row + 1))
            elif token.type == tokenize.NEWLINE:
                yield from (Comment(*comment, range(first, token.end[0] + 1)) for comment in waiting)
                waiting, first = [], 0
            elif token.type not in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER) and not first:
                first = row
            last = row
    except (tokenize.TokenError, SyntaxError):
        pass
    yield from (Comment(*comment, range(first or last, last + 1)) for comment in waiting)


def _read(comment: Comment) -> Iterator[Suppression]:
    allow = ALLOW.search(comment.text)
    if allow is not None:
        yield _suppression(comment, allow, "file-allow" if allow["scope"] else "allow")
        return
    noqa = NOQA.search(comment.text)
    if noqa is not None:
        found = _suppression(comment, noqa, "noqa")
        if found.selectors or not noqa["codes"]:
            yield found


def _suppression(comment: Comment, match: re.Match[str], kind: str) -> Suppression:
    reason = match["reason"].strip()
    until = UNTIL.search(reason)
    reason = UNTIL.sub("", reason).strip(" -:,") if until else reason.strip(" -:,")
    selectors = tuple(part for part in re.split(r"[,\s]+", match["codes"] or "") if part)
    if kind == "noqa":
        selectors = tuple(part for part in selectors if part.upper().startswith("STO") or codes_of(part))
    rows = None if kind == "file-allow" else range(comment.row, comment.row + 1) if kind == "noqa" else comment.rows
    return Suppression(
        comment.row, comment.column, comment.text, kind, selectors, reason, _date(until), rows, comment.start, comment.alone
    )


def _date(match: re.Match[str] | None) -> date | None:
    try:
        return date.fromisoformat(match[1]) if match is not None else None
    except ValueError:
        return None


def covered(
    findings: Iterable[Finding], found: Sequence[Suppression], *, today: date, require_reason: bool
) -> Iterator[tuple[Finding, Suppression | None]]:
    """Each finding of one file with the suppression that covers it, if one does."""
    holding = [suppression for suppression in found if _holds(suppression, today, require_reason=require_reason)]
    for finding in findings:
        yield finding, next((suppression for suppression in holding if suppression.covers(finding)), None)


def _holds(suppression: Suppression, today: date, *, require_reason: bool) -> bool:
    if suppression.expired(today):
        return False
    return suppression.kind == "noqa" or bool(suppression.reason) or not require_reason
