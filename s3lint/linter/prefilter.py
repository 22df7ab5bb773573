"""Text prefilter: which files, and which lines of them, contain text that an enabled rule could need. Runs before any parsing.

The texts are derived from the triggers of the extractors and from the rules, so that no file with a finding is ruled out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from s3lint.facts.triggers import TRIGGERS, Trigger
from s3lint.facts.triggers_lexical import ANYTHING, Shape
from s3lint.registry import OWN, rules
from s3lint.registry.rule import Rule
from s3lint.source.text import line_starts, searchable
from s3lint.support.frozen import frozen


@frozen()
class Mentions:
    """The hits in a file: the extractors that they trigger, and the lines (from 1) that trigger them."""

    extractors: frozenset[str]
    rows: list[int]
    weak: bool = False
    """Whether all hits are weak: they count only in a project that uses a store."""
    closed: frozenset[tuple[str, str]] = frozenset()
    """Extractors with names that do not trigger them in this file, because it lacks the texts that they require."""

    def __bool__(self) -> bool:
        return bool(self.extractors)

    def within(self, start: int, end: int) -> bool:
        """Return whether there is a hit on one of these lines."""
        index = bisect_right(self.rows, end)
        return index > 0 and self.rows[index - 1] >= start


class Prefilter:
    """Finds the hits of a rule selection in two passes over the bytes of a file.

    The first finds required texts, such as `boto3`, and the names that require none. The second looks only for names whose required text
    was found. Most files end with the first, whose automaton is small; the second has thousands of names.
    """

    def __init__(self, extractors: Iterable[str], texts: Iterable[str] = (), *, everywhere: bool = False) -> None:
        """With `everywhere` weak hits count in every project."""
        self.texts = frozenset(texts)
        self._everywhere = everywhere
        self.triggers = {name: TRIGGERS[name].triggers for name in sorted(extractors)}
        first = set(self.texts)
        for each in self.triggers.values():
            for trigger in each:
                first |= trigger.requires or trigger.names
        self._first = sorted(first)
        self._first_automaton = _automaton(self._first)
        self._names = frozenset((name, word) for name, each in self.triggers.items() for one in each for word in one.names)
        self._second: dict[frozenset[tuple[str, int]], _SecondPass] = {}

    def mentions(self, data: bytes) -> Mentions:
        """Return the hits in the bytes of a file."""
        data = searchable(data)
        # Overlapping, since one required text may be the beginning of another: `boto` and `boto3`.
        matches = self._first_automaton.find_matches_as_indexes(data, overlapping=True)
        # Ends are not checked: `boto` stands for `boto3`, `botocore` and `aioboto3` alike.
        hits = {self._first[index] for index, start, _ in matches if starts_word(data, start)}
        opened = self._opened(hits)
        if not opened and not hits & self.texts:
            return Mentions(frozenset(), [])
        found = self._second_pass(opened).mentions(data)
        return replace(found, weak=False) if self._everywhere and found.weak else found

    def _opened(self, hits: set[str]) -> frozenset[tuple[str, int]]:
        """Return the entries of the triggers whose required text is among the hits, by name and index."""
        return frozenset(
            (name, index)
            for name, each in self.triggers.items()
            for index, trigger in enumerate(each)
            if (trigger.requires or trigger.names) & hits
        )

    def _second_pass(self, opened: frozenset[tuple[str, int]]) -> _SecondPass:
        """Return the second pass for these entries. Files of a project need few different ones, so each is built once."""
        if opened not in self._second:
            triggers: dict[str, list[Trigger]] = {}
            for name, index in sorted(opened):
                triggers.setdefault(name, []).append(self.triggers[name][index])
            names = {(name, word) for name, each in triggers.items() for trigger in each for word in trigger.names}
            self._second[opened] = _SecondPass(triggers, self.texts, self._names - names)
        return self._second[opened]


class _SecondPass:
    """Looks for the names that count once certain required texts were found."""

    def __init__(self, triggers: dict[str, list[Trigger]], texts: frozenset[str], closed: frozenset[tuple[str, str]]) -> None:
        self._closed = closed
        shapes: dict[str, list[tuple[str, Shape, bool]]] = {text: [("texts", ANYTHING, False)] for text in texts}
        for name, each in triggers.items():
            for trigger in each:
                for word in trigger.names:
                    shapes.setdefault(word, []).append((name, trigger.shape, trigger.requires_store))
        self._words = sorted(shapes)
        self._shapes = [shapes[word] for word in self._words]
        self._automaton = _automaton(self._words)

    def mentions(self, data: bytes) -> Mentions:
        """Return the triggered extractors and the lines that trigger them."""
        found: set[str] = set()
        offsets, every_weak = [], True
        for index, start, end in self._automaton.find_matches_as_indexes(data, overlapping=True):
            for name, shape, weak in self._shapes[index]:
                if shape.fits(data, start, end):
                    found.add(name)
                    offsets.append(start)
                    # One strong hit makes all of them count.
                    every_weak &= weak
        starts = line_starts(data) if offsets else []
        rows = sorted({bisect_right(starts, offset) for offset in offsets})
        return Mentions(frozenset(found), rows, bool(found) and every_weak, self._closed)


def starts_word(data: bytes, offset: int) -> bool:
    """Return whether a word begins at an offset: `aws` is none in `draws`."""
    return offset == 0 or not (data[offset : offset + 1].isalnum() and data[offset - 1 : offset].isalnum())


def _automaton(texts: list[str]) -> BytesAhoCorasick:
    return BytesAhoCorasick([text.encode() for text in texts], matchkind=MatchKind.Standard)


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
    kinds = {kind for rule in selected for kinds, _ in rule.checks for kind in kinds}
    return {name for name, extractor in TRIGGERS.items() if kinds.intersection(extractor.makes)}
