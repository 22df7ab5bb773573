"""Which files of a project hold which of the words that it defines: found once for all of them, not once for each."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

DEFINITION = re.compile(rb"(?:def|class)[ \t]+(\w+)")

SPACED = bytes(byte if byte >= 128 or bytes([byte]).isalnum() or byte == ord("_") else ord(" ") for byte in range(256))
"""Translates whatever is no part of a word into spaces."""


class Words:
    """Files by the names of functions, classes and modules that stand in them. Of other words each is looked for by itself."""

    def __init__(self, files: Mapping[Path, object], content: Callable[[Path], bytes]) -> None:
        self._files = files
        self._content = content
        self._numbers: dict[Path, int] = {path: number for number, path in enumerate(files)}
        self._paths = list(files)

    def make(self) -> None:
        """Makes the index now; else the first question does."""
        self._held  # noqa: B018

    @cached_property
    def _held(self) -> dict[bytes, array[int]]:
        """For each word the numbers of the files that hold it, in order."""
        defined = {module_name(path).encode("utf-8", "surrogateescape") for path in self._paths}
        for path in self._paths:
            defined.update(DEFINITION.findall(self._content(path)))
        held = {word: array("I") for word in defined}
        for number, path in enumerate(self._paths):
            for word in defined.intersection(words_of(self._content(path))):
                held[word].append(number)
        return held

    def holding(self, word: bytes) -> Iterator[Path]:
        """The files that may hold a word, in order; of those that changed meanwhile some may not."""
        if word not in self._held:
            numbers = (number for path, number in self._numbers.items() if word in self._content(path))
            self._held[word] = array("I", numbers)
        for number in self._held[word]:
            path = self._paths[number]
            if path in self._files:
                yield path

    def refresh(self, path: Path) -> None:
        """Looks at a file again that changed or came."""
        if path not in self._numbers:
            self._numbers[path] = len(self._paths)
            self._paths.append(path)
        number = self._numbers[path]
        for word in self._held.keys() & words_of(self._content(path)):
            place = bisect_left(self._held[word], number)
            if self._held[word][place : place + 1] != array("I", [number]):
                self._held[word].insert(place, number)


def words_of(data: bytes) -> set[bytes]:
    return set(data.translate(SPACED).split())


def module_name(path: Path) -> str:
    """The name by which other files import a module."""
    return path.parent.name if path.name == "__init__.py" else path.stem
