"""Text prefilter: which files, and which lines of them, contain text that an enabled rule could need. Runs before any parsing.

The texts are derived from the triggers of the extractors and from the rules, so that no file with a finding is ruled out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from s3lint.registry import OWN, rules
from s3lint.registry.rule import Rule
from s3lint.source.prose import is_prose
from s3lint.source.text import rows_at, searchable
from s3lint.support.frozen import frozen
from s3lint.triggers import TRIGGERS
from s3lint.triggers.lexical import ANYTHING, Shape


@frozen()
class Mentions:
    """The hits in a file: the extractors that they trigger, each with the lines (from 1) of its hits, and the lines of all."""

    extractors: Mapping[str, Sequence[int]]
    rows: Sequence[int]
    weak: bool = False
    """Whether all hits are weak: they count only in a project that uses a store."""
    closed: frozenset[tuple[str, str]] = frozenset()
    """Extractors with names that do not trigger them in this file, because it lacks the texts that they require."""

    def __bool__(self) -> bool:
        return bool(self.extractors)

    def on(self, rows: Sequence[int]) -> Mentions:
        """Return the hits on some of the lines alone."""
        left = frozenset(rows)
        return replace(self, extractors={name: own for name, own in self.extractors.items() if not left.isdisjoint(own)}, rows=rows)

    def within(self, start: int, end: int) -> bool:
        """Return whether there is a hit on one of these lines."""
        index = bisect_right(self.rows, end)
        return index > 0 and self.rows[index - 1] >= start


@frozen()
class _Use:
    """Entries of the triggers for which a word counts in one shape: their bits, and the extractor of each with whether it is weak."""

    shape: Shape
    bits: int
    entries: tuple[tuple[int, str, bool], ...]


TEXTS = 1
"""The bit that stands for the texts of rules, which count for themselves."""


class Prefilter:
    """Finds the hits of a rule selection in one pass over the bytes of a file.

    It finds required texts, such as `boto3`, and names. A name counts only for the entries of the triggers that are open in the file: those
    that require no text, and those whose required text was found. Sets of entries are the bits of an int.
    """

    def __init__(self, extractors: Iterable[str], texts: Iterable[str] = (), *, everywhere: bool = False) -> None:
        """With `everywhere` weak hits count in every project."""
        self.texts = frozenset(texts)
        self._everywhere = everywhere
        self.triggers = {name: TRIGGERS[name].triggers for name in sorted(extractors)}
        self._entries = [(name, trigger) for name, each in self.triggers.items() for trigger in each]
        self._names = frozenset((name, word) for name, trigger in self._entries for word in trigger.names)
        opening = dict.fromkeys(self.texts, TEXTS)
        uses: dict[str, dict[Shape, list[tuple[int, str, bool]]]] = {
            text: {ANYTHING: [(TEXTS, "texts", False)]} for text in self.texts
        }
        for number, (name, trigger) in enumerate(self._entries, 1):
            bit = 1 << number
            for text in trigger.requires or trigger.names:
                opening[text] = opening.get(text, 0) | bit
            for word in trigger.names:
                uses.setdefault(word, {}).setdefault(trigger.shape, []).append((bit, name, trigger.requires_store))
        words = sorted(opening.keys() | uses.keys())
        self._automaton = _automaton(words)
        self._opening = {index: opening[word] for index, word in enumerate(words) if word in opening}
        self._uses = [
            [_Use(shape, sum(bit for bit, _, _ in each), tuple(each)) for shape, each in uses.get(word, {}).items()]
            for word in words
        ]
        self._closed: dict[int, frozenset[tuple[str, str]]] = {}

    def mentions(self, data: bytes, *, in_prose: bool = False) -> Mentions:
        """Return the hits in the bytes of a file; with `in_prose` also where all of them lie in comments and docstrings.

        Cells in other languages than Python are comments of a file.
        """
        data = searchable(data)
        # Overlapping, since one text may be the beginning of another: `boto` and `boto3`.
        matches = self._automaton.find_matches_as_indexes(data, overlapping=True)
        opened = self._opened(data, matches)
        if not opened:
            return Mentions({}, [])
        opened |= TEXTS
        found: dict[str, list[int]] = {}
        is_weak = True
        for index, start, end in matches:
            for use in self._uses[index]:
                if use.bits & opened and use.shape.fits(data, start, end):
                    for bit, name, weak in use.entries:
                        if bit & opened:
                            found.setdefault(name, []).append(start)
                            is_weak = is_weak and weak
        places = sorted({place for own in found.values() for place in own})
        # The texts of a rule, and rules of packs, may be about comments.
        if not (in_prose or self._everywhere or "texts" in found) and is_prose(data, places):
            return Mentions({}, [])
        # One strong hit makes all of them count.
        weak = bool(found) and is_weak and not self._everywhere
        extractors = {name: rows_at(data, sorted(own)) for name, own in found.items()}
        return Mentions(extractors, sorted(set().union(*extractors.values())), weak, self._closed_for(opened))

    def _opened(self, data: bytes, matches: Iterable[tuple[int, int, int]]) -> int:
        """Return the entries of the triggers whose required text is among the matches, and whether a text of a rule is."""
        opened, opening = 0, self._opening
        for index, start, _ in matches:
            # Ends are not checked: `boto` stands for `boto3`, `botocore` and `aioboto3` alike.
            if index in opening and opening[index] & ~opened and starts_word(data, start):
                opened |= opening[index]
        return opened

    def _closed_for(self, opened: int) -> frozenset[tuple[str, str]]:
        """Return the names that do not count where these entries are open. Files of a project need few different sets, so each is built once."""
        if opened not in self._closed:
            names = {
                (name, word)
                for number, (name, trigger) in enumerate(self._entries, 1)
                if opened >> number & 1
                for word in trigger.names
            }
            self._closed[opened] = self._names - names
        return self._closed[opened]


def starts_word(data: bytes, offset: int) -> bool:
    """Return whether a word begins at an offset: `aws` is none in `draws`."""
    return offset == 0 or not (data[offset : offset + 1].isalnum() and data[offset - 1 : offset].isalnum())


def _automaton(texts: list[str]) -> BytesAhoCorasick:
    # Twice as fast as what it chooses by itself, for two milliseconds more at the start.
    return BytesAhoCorasick([text.encode() for text in texts], matchkind=MatchKind.Standard, implementation=Implementation.DFA)


@cache
def prefilter_for(codes: frozenset[str]) -> Prefilter:
    """Return the prefilter of a rule selection."""
    selected = [rule for code, rule in rules().items() if code in codes]
    texts = (text for rule in selected for text in rule.mentions)
    return Prefilter(extractors_of(selected), texts, everywhere=any(_is_of_a_pack(rule) for rule in selected))


def _is_of_a_pack(rule: Rule) -> bool:
    """Return whether a rule is of a pack: such a rule may be about data frames that have nothing to do with a store."""
    return not rule.module.startswith(f"{OWN}.")


def extractors_of(selected: Iterable[Rule]) -> set[str]:
    """Return the extractors that make facts to which the rules subscribe."""
    kinds = {kind for rule in selected for kind in rule.kinds}
    return {name for name, extractor in TRIGGERS.items() if kinds.intersection(extractor.makes)}
