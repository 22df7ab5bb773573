"""The filter before all parsing: which files, and which lines of them, hold text that an enabled rule could need.

The texts are derived from the vocabulary of the extractors and from the rules, so what is filtered out cannot make a finding.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from s3lint.facts.triggers import PRODUCTS, VOCABULARY, Words
from s3lint.facts.triggers_lexical import ANYTHING, Shape
from s3lint.registry import OWN, rules
from s3lint.registry.rule import Rule
from s3lint.source.text import line_starts


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a file mentions: the word sets that can matter, and the lines (from 1) on which their words stand."""

    words: frozenset[str]
    rows: list[int]
    stored: bool = False
    """Whether they can matter only in a project that names a store."""

    def __bool__(self) -> bool:
        return bool(self.words)

    def within(self, start: int, end: int) -> bool:
        """Whether a word stands on one of the lines."""
        index = bisect_right(self.rows, end)
        return index > 0 and self.rows[index - 1] >= start


class Filter:
    """Two passes over the bytes: one for the gates and the words that stand alone, one for the words behind open gates."""

    def __init__(self, word_sets: Iterable[str], texts: Iterable[str] = (), *, everywhere: bool = False) -> None:
        """With `everywhere` words matter also in a project that names no store."""
        self.texts = frozenset(texts)
        self._everywhere = everywhere
        self.sets = {name: VOCABULARY[name] for name in sorted(word_sets)}
        first = set(self.texts)
        for entries in self.sets.values():
            for words in entries:
                first |= words.gates or words.names
        self._first = sorted(first)
        self._gates = _automaton(self._first)
        self._behind: dict[frozenset[tuple[str, int]], _Behind] = {}

    def mentions(self, data: bytes) -> Mentions:
        """What the bytes of a file mention."""
        matches = self._gates.find_matches_as_indexes(data, overlapping=True)
        hits = {self._first[index] for index, start, _ in matches if starts_word(data, start)}
        opened = [
            (name, index)
            for name, entries in self.sets.items()
            for index, words in enumerate(entries)
            if (words.gates or words.names) & hits
        ]
        key = frozenset(opened)
        if not key and not hits & self.texts:
            return Mentions(frozenset(), [])
        if key not in self._behind:
            self._behind[key] = _Behind(
                {name: [self.sets[name][i] for n, i in opened if n == name] for name, _ in opened}, self.texts
            )
        found = self._behind[key].mentions(data)
        return replace(found, stored=False) if self._everywhere and found.stored else found


class _Behind:
    """The words behind some open gates."""

    def __init__(self, sets: dict[str, list[Words]], texts: frozenset[str]) -> None:
        shapes: dict[str, list[tuple[str, Shape, bool]]] = {text: [("texts", ANYTHING, False)] for text in texts}
        for name, entries in sets.items():
            for words in entries:
                for word in words.names:
                    shapes.setdefault(word, []).append((name, words.shape, words.stored))
        self._words = sorted(shapes)
        self._shapes = [shapes[word] for word in self._words]
        self._automaton = _automaton(self._words)

    def mentions(self, data: bytes) -> Mentions:
        """The word sets of which a word stands in its shape, and the rows where one does."""
        found: set[str] = set()
        offsets, every_stored = [], True
        for index, start, end in self._automaton.find_matches_as_indexes(data, overlapping=True):
            for name, shape, stored in self._shapes[index]:
                if shape.fits(data, start, end):
                    found.add(name)
                    offsets.append(start)
                    every_stored &= stored
        starts = line_starts(data) if offsets else []
        return Mentions(
            frozenset(found), sorted({bisect_right(starts, offset) for offset in offsets}), bool(found) and every_stored
        )


def starts_word(data: bytes, offset: int) -> bool:
    """Whether no letter or digit stands before a text that begins with one: `aws` is not in `draws`."""
    return offset == 0 or not (data[offset : offset + 1].isalnum() and data[offset - 1 : offset].isalnum())


def _automaton(texts: list[str]) -> BytesAhoCorasick:
    return BytesAhoCorasick([text.encode() for text in texts], matchkind=MatchKind.Standard)


@cache
def filter_for(codes: frozenset[str]) -> Filter:
    """The filter for a set of rules."""
    selected = [rule for code, rule in rules().items() if code in codes]
    texts = (text for rule in selected for text in rule.mentions)
    return Filter(word_sets_of(selected), texts, everywhere=any(_is_of_a_pack(rule) for rule in selected))


def _is_of_a_pack(rule: Rule) -> bool:
    """Rules of others may have something against frames that are written anywhere."""
    return not rule.module.startswith(f"{OWN}.")


def word_sets_of(selected: Iterable[Rule]) -> set[str]:
    """The word sets whose extractors make facts that the rules subscribe to."""
    kinds = {kind for rule in selected for kinds, _ in rule.checks for kind in kinds}
    return {name for name, facts in PRODUCTS.items() if kinds.intersection(facts)}
