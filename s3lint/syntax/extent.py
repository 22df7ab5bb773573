"""The extent of a module that was read: a result stays valid while that much of the file is the same.

Results depend on the outline of each module that they read, on the text of the blocks that were opened, and on where the words that
were searched for stand. `Module` notes all of that; the cache compares it with the file as it is now, without libcst.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise

from s3lint.source.text import Source, Unreadable
from s3lint.syntax.outline import Outline, Part, outline, parse

MAX_WORDS = 200
"""Words searched for in one module, above which all of it counts as read."""


WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Extent:
    """What was read of one version of a module: digests of blocks by `number_of`, and of the places of words."""

    outline: str
    blocks: dict[int, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    whole: bool = False
    """Whether the text was read as a whole, so that any change counts."""

    def note_block(self, number: int, text: str) -> None:
        self.blocks[number] = _digest(text)

    def note_word(self, word: str, numbers: Iterable[int]) -> None:
        self.words[word] = ",".join(map(str, numbers))

    def add(self, other: Extent) -> None:
        """Take over what was read elsewhere of the same version."""
        self.blocks.update(other.blocks)
        self.words.update(other.words)
        self.whole |= other.whole

    def row(self) -> list[object]:
        """Return it as plain data: which blocks and words were read, and a digest of them; empty if all was read."""
        if self.whole or len(self.words) > MAX_WORDS:
            return []
        blocks, words = sorted(self.blocks.items()), sorted(self.words.items())
        return [[number for number, _ in blocks], [word for word, _ in words], _digest(repr((self.outline, blocks, words)))]


class Unnoted(Extent):
    """The extent of a module of which nobody will ask what was read."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("")

    def note_block(self, number: int, text: str) -> None:
        """Note nothing."""

    def note_word(self, word: str, numbers: Iterable[int]) -> None:
        """Note nothing."""


def is_unchanged(source: Source, row: Sequence[object]) -> bool:
    """Tell whether what `Extent.row` says was read of a module is the same in another version of it."""
    match row:
        case [list(numbers), list(words), str(before)]:
            try:
                found = outline(parse(source.text), source)
            except Unreadable:
                return False
            return _read_again(source, found, numbers, words).row()[-1:] == [before]
        case _:
            return False


def _read_again(source: Source, found: Outline, numbers: Iterable[int], words: Iterable[str]) -> Extent:
    extent = Extent(signature(found))
    texts = {number: text for part in found.every for number, text in _texts(source, part)}
    for number in numbers:
        extent.note_block(number, texts.get(number, ""))
    starts = block_starts(source, found.parts)
    for word in words:
        extent.note_word(word, numbers_holding(source.text, starts, word))
    return extent


def _texts(source: Source, part: Part) -> Iterable[tuple[int, str]]:
    yield part.number, source.rows(part.start, part.end)
    if part.kind == "class":
        yield header_number(part), source.rows(part.start, part.header)


def header_number(part: Part) -> int:
    """Return the number under which the header of a class is noted."""
    return -1 - part.number


def signature(found: Outline) -> str:
    """Return a digest of all that an outline says but for the rows."""
    parts = [(part.kind, sorted(part.binds), part.imports, part.name, len(part.members)) for part in found.every]
    return _digest(repr((parts, sorted(found.globals.items()))))


def block_starts(source: Source, parts: Iterable[Part]) -> list[int]:
    """Return where in the text each block begins."""
    return [source.starts[part.start - 1] for part in parts]


def numbers_holding(text: str, starts: Sequence[int], word: str) -> list[int]:
    """Return the numbers of the blocks in whose text a word stands, in order."""
    numbers, place = list[int](), text.find(word)
    while place >= 0:
        number, end = bisect_right(starts, place), place + len(word)
        if WORD.match(text[place - 1 : place]) or WORD.match(text[end : end + 1]):
            place = text.find(word, end)
            continue
        if number:
            numbers.append(number - 1)
        place = text.find(word, starts[number]) if number < len(starts) else -1
    return numbers


def words_by_block(text: str, starts: Sequence[int]) -> dict[str, list[int]]:
    """Return for each word what `numbers_holding` finds, in one pass over the text."""
    found: dict[str, list[int]] = {}
    for number, (start, end) in enumerate(pairwise([*starts, len(text)])):
        for word in dict.fromkeys(WORD.findall(text, start, end)):
            found.setdefault(word, []).append(number)
    return found


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
