"""Comments that let a finding stand: `# s3lint: allow[…] reason`, `# s3lint: file-allow[…] reason` and flake8's `# noqa`.

In SQL, in a text or in a cell of a notebook, `-- s3lint: allow[…] reason` does the same.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from s3lint.finding import Finding
from s3lint.registry import UnknownRule, rules, select
from s3lint.source.text import split_lines, tokens_of

ALLOW = re.compile(r"(?:#|--)\s*s3lint:\s*(?P<scope>file-)?allow\[(?P<codes>[^\]]*)\](?P<reason>.*)", re.IGNORECASE)

CODES = r"(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?"
"""The codes behind a `noqa`, as flake8 reads them."""

NOQA = re.compile(rf"# noqa{CODES}(?P<reason>.*)", re.IGNORECASE)
"""flake8's own grammar (flake8.defaults.NOQA_INLINE_REGEXP), and what follows it."""

ANY_NOQA = re.compile(rf"noqa{CODES}", re.IGNORECASE)

NOQA_FILE = re.compile(rf"# flake8[:=]\s*noqa{CODES}(?P<reason>.*)", re.IGNORECASE)

DIRECTIVE = re.compile(
    r"#\s*(?:s3lint:|flake8[:=]|noqa\b|type:|pragma:|pylint:|nosec\b|fmt:|isort:|mypy:|pyright:|ruff:)", re.IGNORECASE
)
"""Where a directive starts, and the reason of the one before it ends."""

GRAMMAR = {"allow": ALLOW, "noqa": NOQA, "flake8: noqa": NOQA_FILE}

IN_SQL = re.compile(r"--\s*s3lint:[^\r\n]*", re.IGNORECASE)

NARROW = 100
"""Rows of a suppression that is looked up by row; those of more are looked up by runs of so many rows."""

EVERY = ""
"""Stands for every code."""

UNTIL = re.compile(r"\buntil\s*=\s*(\S*)")


@dataclass(eq=False)
class Suppression:
    """One directive in a comment. `rows` are the lines that it covers; None for the whole file. No codes: every rule (a bare `noqa`)."""

    row: int
    column: int
    text: str
    kind: str
    written: tuple[str, ...]
    """What stands between the brackets, or behind `noqa:`; codes of other linters included."""
    selectors: tuple[str, ...]
    reason: str
    until: date | None
    rows: range | None
    start: int = 0
    """The column where the white space before the directive starts."""
    alone: bool = False
    """Whether the directive has its line to itself."""
    undated: bool = False
    """Whether `until=` is followed by something that is no date."""

    @property
    def shown(self) -> str:
        """The comment without its reason."""
        return self.naming(", ".join(self.selectors))

    @property
    def is_noqa(self) -> bool:
        return self.kind.endswith("noqa")

    def naming(self, selectors: str) -> str:
        if self.is_noqa:
            return f"{self.kind}: {selectors}" if selectors else self.kind
        return f"{self.kind}[{selectors}]"

    def codes(self, selector: str) -> frozenset[str]:
        """The codes that one of its selectors names; flake8 tells capitals apart and knows no names."""
        return frozenset(code for code in rules() if code.startswith(selector)) if self.is_noqa else codes_of(selector)

    @property
    def named(self) -> frozenset[str]:
        """The codes that it names."""
        return frozenset().union(*map(self.codes, self.selectors)) if self.selectors else frozenset({EVERY})

    def covers(self, finding: Finding) -> bool:
        """Whether it names the rule of a finding and covers its line."""
        if self.rows is not None and finding.start.row not in self.rows and (self.is_noqa or finding.noqa_row not in self.rows):
            return False
        return not self.selectors or any(finding.code in self.codes(selector) for selector in self.selectors)

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
    if not _may_hold_any(text):
        return []
    return [found for comment in _comments(text) for found in _read(comment)]


def _may_hold_any(text: str) -> bool:
    """Whether a look at every token can be spared: a `noqa` for the codes of other linters alone says nothing here."""
    lowered = text.lower()
    if "s3lint:" in lowered:
        return True
    lists = {match["codes"] or "" for match in ANY_NOQA.finditer(text)} if "noqa" in lowered else set()
    return any(not codes or any(map(_is_ours, _parts(codes))) for codes in lists)


def _parts(codes: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", codes) if part)


def _is_ours(selector: str) -> bool:
    """Whether a code behind `noqa` is one of s3lint or of a rule pack, or was meant to be."""
    return selector.upper().startswith("STO") or bool(codes_of(selector))


@dataclass(frozen=True, slots=True)
class Comment:
    row: int
    column: int
    text: str
    start: int
    """The column where the white space before the comment starts."""
    alone: bool
    rows: range
    """The lines of the statement that a comment on a line of its own precedes, else those of its own line."""
    line: range
    """The lines that flake8 takes for one: they end outside texts, and where no backslash continues them."""


def _comments(text: str) -> Iterator[Comment]:
    """The comments of a text; up to the first place that cannot be tokenized."""
    waiting: list[Comment] = []
    first = line = last = 0
    lines = split_lines(text)
    try:
        for token in tokens_of(text):
            row = token.start[0]
            line = line or row
            if token.type == tokenize.COMMENT:
                made = _comment(token, lines[row - 1], range(line, row + 1))
                if made.alone and not first:
                    waiting.append(made)
                else:
                    yield made
            elif token.type in TEXTS:
                yield from _in_sql(token)
            if token.type == tokenize.NEWLINE:
                yield from (replace(comment, rows=range(first, token.end[0] + 1)) for comment in waiting)
                waiting, first = [], 0
            elif token.type not in BETWEEN_STATEMENTS and not first:
                first = row
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                line = 0
            last = row
    except (tokenize.TokenError, SyntaxError):
        pass
    yield from (replace(comment, rows=range(first or last, last + 1)) for comment in waiting)


BETWEEN_STATEMENTS = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER)

TEXTS = (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))


def _comment(token: tokenize.TokenInfo, text: str, line: range) -> Comment:
    row, column = token.start
    before = text[:column]
    return Comment(row, column, token.string, len(before.rstrip(" \t\f")), not before.strip(), range(row, row + 1), line)


def _in_sql(token: tokenize.TokenInfo) -> Iterator[Comment]:
    """Comments in a text of SQL. One on a line of its own holds to the end of the text."""
    if "s3lint:" not in token.string.lower():
        return
    body = token.string[: -3 if token.string.endswith(('"""', "'''")) else None]
    for offset, line in enumerate(split_lines(body)):
        match = IN_SQL.search(line)
        if match is not None:
            row, shift = token.start[0] + offset, 0 if offset else token.start[1]
            alone = not line[: match.start()].strip() and offset > 0
            rows = range(row, (token.end[0] if alone else row) + 1)
            start = shift + len(line[: match.start()].rstrip())
            yield Comment(row, shift + match.start(), match[0], start, alone, rows, range(row, row))


def _read(comment: Comment) -> Iterator[Suppression]:
    starts = [match.start() for match in DIRECTIVE.finditer(comment.text)] or [0]
    seen = False
    for start, end in pairwise([*starts, len(comment.text)]):
        piece = comment.text[start:end].rstrip()
        for kind, pattern in GRAMMAR.items():
            match = pattern.match(piece)
            if match is None or (kind == "noqa" and seen) or (kind == "flake8: noqa" and not comment.alone):
                continue
            seen = seen or kind == "noqa"
            made = _suppression(comment, start, piece, match, "file-allow" if match.groupdict().get("scope") else kind)
            if made.selectors or not made.written:
                yield made


def _suppression(comment: Comment, start: int, piece: str, match: re.Match[str], kind: str) -> Suppression:
    reason = match["reason"].strip()
    until = UNTIL.search(reason)
    ends = _date(until)
    written = _parts(match["codes"] or "")
    selectors = written
    if kind.endswith("noqa"):
        selectors = tuple(filter(_is_ours, written))
    rows = {"allow": comment.rows, "noqa": comment.line}.get(kind)
    before = len(comment.text[:start].rstrip())
    return Suppression(
        comment.row, comment.column + start, piece, kind, written, selectors, UNTIL.sub("", reason).strip(" -:,"), ends, rows,
        comment.column + before if before else comment.start, comment.alone and piece == comment.text,
        undated=until is not None and ends is None,
    )  # fmt: skip


def wrong_reason(text: str) -> str | None:
    """Why a text is no reason that a suppression could give, if it is none."""
    reason = UNTIL.sub("", text).strip(" -:,")
    until = UNTIL.search(text)
    if not reason or DIRECTIVE.search(text) is not None or not text.isprintable():
        return "must be words that say why"
    return f"names no date: until={until[1]} must be until=YYYY-MM-DD" if until is not None and _date(until) is None else None


def _date(match: re.Match[str] | None) -> date | None:
    try:
        return date.fromisoformat(match[1]) if match is not None else None
    except ValueError:
        return None


def covered(
    findings: Iterable[Finding], found: Sequence[Suppression], *, today: date, require_reason: bool
) -> Iterator[tuple[Finding, Suppression | None]]:
    """Each finding of one file with the suppression that covers it, if one does."""
    near = _Near([suppression for suppression in found if _holds(suppression, today, require_reason=require_reason)])
    for finding in findings:
        yield finding, next((each for each in near.to(finding) if each.covers(finding)), None)


class _Near:
    """Suppressions by what they may cover, so that no finding is held against all of them: rows, runs of rows, codes in the whole file."""

    def __init__(self, holding: Sequence[Suppression]) -> None:
        self._holding = holding
        self._by_row: dict[int, list[int]] = {}
        self._by_run: dict[int, list[int]] = {}
        self._by_code: dict[str, int] = {}
        for number, each in enumerate(holding):
            if each.rows is None:
                for code in each.named:
                    self._by_code.setdefault(code, number)
            elif len(each.rows) <= NARROW:
                for row in each.rows:
                    self._by_row.setdefault(row, []).append(number)
            else:
                for run in range(each.rows.start // NARROW, each.rows.stop // NARROW + 1):
                    self._by_run.setdefault(run, []).append(number)

    def to(self, finding: Finding) -> Iterator[Suppression]:
        """Those that may cover a finding, in the order of the file."""
        numbers = {self._by_code[code] for code in (finding.code, EVERY) if code in self._by_code}
        for row in {finding.start.row, finding.noqa_row or 0}:
            numbers.update(self._by_row.get(row, ()), self._by_run.get(row // NARROW, ()))
        return (self._holding[number] for number in sorted(numbers))


def _holds(suppression: Suppression, today: date, *, require_reason: bool) -> bool:
    if suppression.expired(today) or suppression.undated:
        return False
    return suppression.is_noqa or bool(suppression.reason) or not require_reason
