"""Suppressions: `# s3lint: allow[…] reason`, `# s3lint: file-allow[…] reason` and flake8's `# noqa`.

In SQL, in a string or in a cell of a notebook, `-- s3lint: allow[…] reason` does the same. Here the comments that `comments` finds are
parsed; `matching` matches them with findings, `unused` checks them, `insert` writes them. Imports the registry, for codes and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from s3lint.finding import Finding
from s3lint.registry import codes_of, rules
from s3lint.source.text import split_lines
from s3lint.suppressions.comments import Comment, comments_of

ALLOW = re.compile(r"(?:#|--)\s*(?a:s3lint:)\s*(?P<scope>(?a:file-))?(?a:allow)\[(?P<codes>[^\]]*)\](?P<reason>.*)", re.IGNORECASE)
"""Letters of ASCII alone: else `ſ3lint`, which no search of a reviewer finds, would count as `s3lint`."""

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

WORDS = ("3lint", "noqa")
"""In lower case, one of them is in every directive: the first letter of the other one may be a long s."""

GRAMMAR = {"allow": ALLOW, "noqa": NOQA, "flake8: noqa": NOQA_FILE}

ADDRESSED = re.compile(r"(?:#|--)\s*s3lint\b\s*(?P<colon>:?)\s*(?P<word>[a-z][a-z_-]*)\s*(?P<rest>.*)", re.IGNORECASE)
"""Any comment that addresses s3lint."""

SYNONYMS = ("allow", "disable", "ignore", "noqa", "nolint", "off", "skip", "suppress", "waive")
"""Words with which other tools suppress findings; a comment to s3lint that begins with one is meant as a suppression."""

EXTENT = re.compile(r"^file[-_]?|[-_](?:file|(?:next[-_])?line)$")
"""What may stand before or after such a word, and tells which lines are meant."""

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
    statement: range | None = None
    """The lines of the statement that an `allow` ends or is in. It covers them for each code that its own lines do not have, because
    formatters move a comment within its statement."""

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
        # flake8 checks the first line only; `allow[…]` may also follow the last line of the call, where formatters move it.
        if self.rows is not None and finding.start.row not in self.rows and (self.is_noqa or finding.noqa_row not in self.rows):
            return False
        if not self.selectors:
            return self.is_noqa
        return any(finding.code in self.codes(selector) for selector in self.selectors)

    def may_have_moved_from(self, finding: Finding) -> bool:
        """Return whether it names the rule of a finding in another line of its statement."""
        if self.statement is None or finding.start.row not in self.statement:
            return False
        return any(finding.code in self.codes(selector) for selector in self.selectors)

    def expired(self, today: date) -> bool:
        return self.until is not None and self.until < today


def suppressions(text: str) -> list[Suppression]:
    """Return every suppression in the comments of a text, in source order."""
    lowered = text.lower()
    if not _may_have_any(text, lowered):
        return []
    # What follows the last of these words holds no suppression, and tokens take long to make.
    end = max(map(lowered.rfind, WORDS))
    last_row = len(split_lines(lowered[: end + 1]))
    return [found for comment in comments_of(text, last_row) for found in _read(comment)]


def are_for_s3lint(text: str) -> bool:
    """Tell whether a text may have suppressions that name s3lint or its codes: they matter even if they suppress nothing."""
    return _names_s3lint(text, text.lower())


def _names_s3lint(text: str, lowered: str) -> bool:
    return "s3lint" in lowered or any(any(map(_is_ours, _parts(codes))) for codes in _code_lists(text, lowered))


def _may_have_any(text: str, lowered: str) -> bool:
    """Return False if tokenizing the text cannot find a suppression. A `noqa` that names only codes of other linters is none."""
    return _names_s3lint(text, lowered) or "" in _code_lists(text, lowered)


def _code_lists(text: str, lowered: str) -> set[str]:
    """Return the codes behind each `noqa` in a text, as they are written; an empty text for a bare one."""
    return {match["codes"] or "" for match in _noqas(text, lowered)}


def _noqas(text: str, lowered: str) -> Iterator[re.Match[str]]:
    """Yield the matches of `ANY_NOQA` in a text, at the places where the text in lower case has the word: most have none."""
    if len(lowered) != len(text):  # Some letters are two in lower case.
        yield from ANY_NOQA.finditer(text)
        return
    place = lowered.find("noqa")
    while place >= 0:
        match = ANY_NOQA.match(text, place)
        if match is not None:
            yield match
        place = lowered.find("noqa", place + 1)


def _parts(codes: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", codes) if part)


def _is_ours(selector: str) -> bool:
    """Return whether a code behind `noqa` is one of s3lint or of a rule pack, or was meant to be."""
    return selector.upper().startswith("STO") or bool(codes_of(selector))


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
        undated=until is not None and ends is None, statement=comment.statement if kind == "allow" else None,
    )  # fmt: skip


def _is_meant(match: re.Match[str]) -> bool:
    """Return whether a comment to s3lint is meant as a suppression: by its word and, without a colon, by brackets or a code too."""
    from difflib import get_close_matches

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
