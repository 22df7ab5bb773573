"""Suppression comments: `# s3lint: allow[…] reason`, `# s3lint: file-allow[…] reason` and flake8's `# noqa`.

In SQL, in a string or in a cell of a notebook, `-- s3lint: allow[…] reason` does the same. Here they are parsed and matched with findings;
`unused` checks them, `insert` writes them. Imports the registry, for codes and names of rules, and the tokenizer of `source`.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
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
    r"#\s*(?:s3lint\b|flake8[:=]|noqa\b|type:|pragma:|pylint:|nosec\b|fmt:|isort:|mypy:|pyright:|ruff:)", re.IGNORECASE
)
"""The start of a directive of any tool, which ends the reason of the one before it."""

GRAMMAR = {"allow": ALLOW, "noqa": NOQA, "flake8: noqa": NOQA_FILE}

ADDRESSED = re.compile(r"(?:#|--)\s*s3lint\b\s*(?P<colon>:?)\s*(?P<word>[a-z][a-z_-]*)\s*(?P<rest>.*)", re.IGNORECASE)
"""A comment that addresses s3lint, whatever it asks for."""

SYNONYMS = ("allow", "disable", "ignore", "noqa", "nolint", "off", "skip", "suppress", "waive")
"""Words with which other tools suppress findings; a comment to s3lint that begins with one is meant as a suppression."""

EXTENT = re.compile(r"^file[-_]?|[-_](?:file|(?:next[-_])?line)$")
"""What may stand before or after such a word, and tells which lines are meant."""

IN_SQL = re.compile(r"--\s*s3lint:(?:(?!\\[nr])[^\r\n])*", re.IGNORECASE)
"""A comment in a text of SQL; in a literal of one row it ends at an escaped newline."""

MAX_INDEXED_ROWS = 100
"""Rows that one suppression adds to the index by row. A longer one is indexed by blocks of as many rows, so that the index stays small."""

MISSPELT = "misspelt"
"""The kind of a directive that is meant as a suppression and is none."""

MAX_CODES = 500
"""Characters of a misspelt directive that are searched for codes."""

EVERY = ""
"""Stands for every code, in a suppression of a whole file that names none."""

UNTIL = re.compile(r"\buntil\s*=\s*(\S*)")


@dataclass(eq=False)
class Suppression:
    """One directive in a comment. `rows` are the lines that it covers; None for the whole file.

    A bare `noqa` has no selectors and names every rule. An `allow[]` without any, and a directive that is misspelt, name none.
    """

    row: int
    column: int
    text: str
    kind: str
    written: tuple[str, ...]
    """The texts between the brackets, or behind `noqa:`, including codes of other linters."""
    selectors: tuple[str, ...]
    reason: str
    until: date | None
    rows: range | None
    start: int = 0
    """The column where the white space before the directive starts."""
    alone: bool = False
    """Whether the directive has its line to itself."""
    undated: bool = False
    """Whether `until=` is followed by something that is not a date."""

    @property
    def shown(self) -> str:
        """The directive without its reason."""
        return self.naming(", ".join(self.selectors))

    @property
    def is_noqa(self) -> bool:
        return self.kind.endswith("noqa")

    @property
    def is_misspelt(self) -> bool:
        return self.kind == MISSPELT

    def naming(self, selectors: str) -> str:
        """Return the directive as it would be written for these selectors."""
        if self.is_noqa:
            return f"{self.kind}: {selectors}" if selectors else self.kind
        return f"{self.kind}[{selectors}]"

    def codes(self, selector: str) -> frozenset[str]:
        """Return the codes that one of its selectors names. flake8 is case-sensitive and knows no names of rules."""
        return frozenset(code for code in rules() if code.startswith(selector)) if self.is_noqa else codes_of(selector)

    @property
    def named(self) -> frozenset[str]:
        """The codes that its selectors name together."""
        if not self.selectors:
            return frozenset({EVERY}) if self.is_noqa else frozenset()
        return frozenset().union(*map(self.codes, self.selectors))

    def covers(self, finding: Finding) -> bool:
        """Return whether it names the rule of a finding and covers its line."""
        if self.is_misspelt:
            return False
        # flake8 looks at the first line only; `allow[…]` may also follow the last line of the call, where formatters move it.
        if self.rows is not None and finding.start.row not in self.rows and (self.is_noqa or finding.noqa_row not in self.rows):
            return False
        if not self.selectors:
            return self.is_noqa
        return any(finding.code in self.codes(selector) for selector in self.selectors)

    def expired(self, today: date) -> bool:
        return self.until is not None and self.until < today


def codes_of(selector: str) -> frozenset[str]:
    """Return the codes that a selector names; empty if no rule has that code or name."""
    try:
        return select(selector)
    except UnknownRule:
        return frozenset()


def suppressions(text: str) -> list[Suppression]:
    """Return every suppression in the comments of a text, in source order."""
    if not _may_have_any(text):
        return []
    return [found for comment in _comments(text) for found in _read(comment)]


def _may_have_any(text: str) -> bool:
    """Return False if tokenizing the text cannot find a suppression. A `noqa` that names only codes of other linters is none."""
    lowered = text.lower()
    if "s3lint" in lowered:
        return True
    lists = {match["codes"] or "" for match in ANY_NOQA.finditer(text)} if "noqa" in lowered else set()
    return any(not codes or any(map(_is_ours, _parts(codes))) for codes in lists)


def _parts(codes: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", codes) if part)


def _is_ours(selector: str) -> bool:
    """Return whether a code behind `noqa` is one of s3lint or of a rule pack, or was meant to be."""
    return selector.upper().startswith("STO") or bool(codes_of(selector))


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in Python or SQL, and the lines that a suppression in it covers."""

    row: int
    column: int
    text: str
    start: int
    """The column where the white space before the comment starts."""
    alone: bool
    rows: range
    """For a comment on a line of its own the lines of the next statement, otherwise those of `line`: what `allow[…]` covers."""
    line: range
    """The physical lines that flake8 joins to one (multi-line strings, backslashes): what `noqa` covers."""


def _comments(text: str) -> Iterator[Comment]:
    """Yield the comments of a text, up to the first place that cannot be tokenized."""
    lines = split_lines(text)
    above: list[Comment] = []
    for tokens in _logical_lines(text):
        first, last = _rows_of(tokens)
        yield from _comments_in(tokens, lines, above, first)
        if not _is_decorator(tokens):
            # Comments above or between decorators cover the header of the decorated function, too.
            yield from (replace(comment, rows=range(comment.rows.start, last + 1)) for comment in above)
            above = []
    yield from above


def _logical_lines(text: str) -> Iterator[list[tokenize.TokenInfo]]:
    """Yield the tokens of each statement, together with the comments and blank lines above it."""
    tokens: list[tokenize.TokenInfo] = []
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokens_of(text):
            tokens.append(token)
            if token.type == tokenize.NEWLINE:
                yield tokens
                tokens = []
    if tokens:
        yield tokens


def _rows_of(tokens: list[tokenize.TokenInfo]) -> tuple[int, int]:
    """Return the first and last row of a statement, without the comments above it; rows of the comments where there is no statement."""
    last = tokens[-1]
    first = next((token.start[0] for token in tokens if token.type not in BETWEEN_STATEMENTS), last.start[0])
    return first, last.end[0] if last.type == tokenize.NEWLINE else last.start[0]


def _is_decorator(tokens: list[tokenize.TokenInfo]) -> bool:
    return next((token.string for token in tokens if token.type not in BETWEEN_STATEMENTS), "") == "@"


def _comments_in(tokens: list[tokenize.TokenInfo], lines: list[str], above: list[Comment], first: int) -> Iterator[Comment]:
    """Yield the comments in one statement; add those above it to `above`, covering rows from its first row on."""
    started, line = False, 0
    for token in tokens:
        line = line or token.start[0]
        if token.type == tokenize.COMMENT:
            made = _comment(token, lines[token.start[0] - 1], range(line, token.start[0] + 1))
            if made.alone and not started:
                above.append(replace(made, rows=range(first, first + 1)))
            else:
                yield made
        elif token.type in TEXTS:
            yield from _in_sql(token)
        started = started or token.type not in BETWEEN_STATEMENTS
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            line = 0


BETWEEN_STATEMENTS = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER)

TEXTS = (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))


def _comment(token: tokenize.TokenInfo, text: str, line: range) -> Comment:
    row, column = token.start
    before = text[:column]
    return Comment(row, column, token.string, len(before.rstrip(" \t\f")), not before.strip(), line, line)


def _in_sql(token: tokenize.TokenInfo) -> Iterator[Comment]:
    """Yield suppression comments in a string of SQL. One on a line of its own covers the string from there to its end."""
    if "s3lint:" not in token.string.lower():
        return
    quotes = 3 if token.string.endswith(('"""', "'''")) else int(token.type == tokenize.STRING)
    body = token.string[: len(token.string) - quotes]
    for offset, line in enumerate(split_lines(body)):
        match = IN_SQL.search(line)
        if match is not None:
            row, shift = token.start[0] + offset, 0 if offset else token.start[1]
            alone = not line[: match.start()].strip() and offset > 0
            rows = range(row, (token.end[0] if alone else row) + 1)
            start = shift + len(line[: match.start()].rstrip())
            yield Comment(row, shift + match.start(), match[0], start, alone, rows, range(row, row))


def _read(comment: Comment) -> Iterator[Suppression]:
    """Yield the suppressions of a comment, which may contain directives of several tools one after another."""
    starts = [match.start() for match in DIRECTIVE.finditer(comment.text)] or [0]
    seen = False
    for start, end in pairwise([*starts, len(comment.text)]):
        piece = comment.text[start:end].rstrip()
        known = False
        for kind, pattern in GRAMMAR.items():
            match = pattern.match(piece)
            known = known or match is not None
            if match is None or (kind == "noqa" and seen) or (kind == "flake8: noqa" and not comment.alone):
                continue
            seen = seen or kind == "noqa"
            made = _suppression(comment, start, piece, match, "file-allow" if match.groupdict().get("scope") else kind)
            # A `noqa` whose codes are all of other linters is not ours; a bare one names every rule.
            if made.selectors or not made.written:
                yield made
        addressed = ADDRESSED.match(piece) if not known else None
        if addressed is not None and _is_meant(addressed):
            yield _misspelt(comment, start, piece, addressed)


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


def _is_meant(match: re.Match[str]) -> bool:
    """Return whether a comment to s3lint is meant as a suppression: by its word and, without a colon, by brackets or a code too."""
    similar = get_close_matches(EXTENT.sub("", match["word"].lower()), SYNONYMS, 1, 0.75)
    return bool(similar) and (bool(match["colon"]) or match["rest"][:1] in ("[", "(", "=", "{") or bool(_codes_in(match["rest"])))


def _codes_in(text: str) -> tuple[str, ...]:
    """Return the codes and names of rules in a text."""
    return tuple(word for word in re.findall(r"[A-Za-z][\w-]*", text[:MAX_CODES]) if word.upper() != "ALL" and codes_of(word))


def _misspelt(comment: Comment, start: int, piece: str, match: re.Match[str]) -> Suppression:
    selectors = _codes_in(match["rest"])
    return Suppression(comment.row, comment.column + start, piece, MISSPELT, selectors, selectors, "", None, comment.rows)


def wrong_reason(text: str) -> str | None:
    """Return what is wrong with a reason for a suppression, as the end of a sentence; None if it can be used."""
    reason = UNTIL.sub("", text).strip(" -:,")
    until = UNTIL.search(text)
    if not reason or DIRECTIVE.search(text) is not None or not text.isprintable():
        return "must be words that say why"
    return f"names no date: until={until[1]} must be until=YYYY-MM-DD" if until is not None and _date(until) is None else None


def end_of(reason: str) -> date | None:
    """The date of `until=` in a reason, if it names one."""
    return _date(UNTIL.search(reason))


def _date(match: re.Match[str] | None) -> date | None:
    try:
        return date.fromisoformat(match[1]) if match is not None else None
    except ValueError:
        return None


def match(
    findings: Iterable[Finding], found: Sequence[Suppression], *, today: date, require_reason: bool
) -> Iterator[tuple[Finding, Suppression | None]]:
    """Yield each finding of one file with the first suppression that covers it, or None."""
    index = _Index([suppression for suppression in found if _is_in_force(suppression, today, require_reason=require_reason)])
    for finding in findings:
        yield finding, next((each for each in index.near(finding) if each.covers(finding)), None)


class _Index:
    """Suppressions by the rows that they cover, or by code where they cover the whole file.

    Generated files have thousands of both findings and suppressions: comparing each with each would be quadratic.
    """

    def __init__(self, suppressions_: Sequence[Suppression]) -> None:
        self._suppressions = suppressions_
        self._by_row: dict[int, list[int]] = {}
        self._by_block: dict[int, list[int]] = {}
        self._by_code: dict[str, int] = {}
        for number, each in enumerate(suppressions_):
            if each.rows is None:
                for code in each.named:
                    self._by_code.setdefault(code, number)
            elif len(each.rows) <= MAX_INDEXED_ROWS:
                for row in each.rows:
                    self._by_row.setdefault(row, []).append(number)
            else:
                for block in range(each.rows.start // MAX_INDEXED_ROWS, each.rows.stop // MAX_INDEXED_ROWS + 1):
                    self._by_block.setdefault(block, []).append(number)

    def near(self, finding: Finding) -> Iterator[Suppression]:
        """Yield those that may cover a finding, in source order."""
        numbers = {self._by_code[code] for code in (finding.code, EVERY) if code in self._by_code}
        for row in {finding.start.row, finding.noqa_row or 0}:
            numbers.update(self._by_row.get(row, ()), self._by_block.get(row // MAX_INDEXED_ROWS, ()))
        return (self._suppressions[number] for number in sorted(numbers))


def _is_in_force(suppression: Suppression, today: date, *, require_reason: bool) -> bool:
    """Return whether a suppression applies. A wrong date ends it at once: its author meant it to end some day."""
    if suppression.is_misspelt or suppression.expired(today) or suppression.undated:
        return False
    return suppression.is_noqa or bool(suppression.reason) or not require_reason
