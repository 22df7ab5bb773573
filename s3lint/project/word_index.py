"""Inverted index of a project: which files contain which of the names that it defines. Imports nothing of s3lint."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zlib import crc32

DEFINITIONS = tuple(re.compile(rb"%s[ \t]+(\w+)" % keyword) for keyword in (b"def", b"class"))
"""One pattern for each keyword: a search for a text that is known jumps to it."""

SPACED = bytes(byte if byte >= 128 or bytes([byte]).isalnum() or byte == ord("_") else ord(" ") for byte in range(256))
"""Translation table of `bytes.translate`: every byte that cannot belong to an identifier becomes a space; UTF-8 bytes stay."""

SPACED_ASCII = bytes(byte if byte < 128 else ord(" ") for byte in SPACED)
"""The same, but that bytes of other alphabets become spaces too: a pattern of bytes ends a word at them."""

ASCII_WORD = re.compile(rb"\w+")

FIRST_SIGN, SIGNS = 0x100, 0xD000
"""The first of the characters that stand for words in filters, and how many there are: none is half of a surrogate pair."""

IN_WORDS = rb"0-9A-Za-z_\x80-\xff"
"""The bytes of identifiers, for a set in a pattern: those that `SPACED` keeps."""

MAX_SCANS = 24
"""Words that are searched for in the files themselves before the index is built: a run over one changed file asks for few."""

MAX_FILTERED_SCANS = 100
"""The same where filters tell which files may contain a word: to ask them takes a hundredth of the time that the index takes."""

MAX_SCANNED_FILES = 4_000
"""Files up to which that is done: the bytes of more do not stay in memory."""


class WordIndex:
    """Maps the names of functions, classes and modules to the files that contain them.

    Any other word is searched for when it is first asked for, and indexed then.
    """

    def __init__(
        self, files: Mapping[Path, object], content: Callable[[Path], bytes], filters: Callable[[Path], str] | None = None
    ) -> None:
        """`filters` returns the filter of a file's words (`filter_of`), where it is had for less than the bytes."""
        self._filters = filters
        self._files = files
        self._content = content
        self._numbers: dict[Path, int] = {path: number for number, path in enumerate(files)}
        self._paths = list(files)
        self._postings: dict[bytes, array[int]] | None = None
        self._scans = 0

    def build(self) -> dict[bytes, array[int]]:
        """Return the numbers of the files that contain each word, ascending. Built once: by a run before it forks, or after `MAX_SCANS` queries."""
        if self._postings is None:
            self._postings = self._built()
        return self._postings

    def _built(self) -> dict[bytes, array[int]]:
        # Searches ask almost only for names that the project defines; an index of all words would need far more memory.
        defined = {module_name(path).encode("utf-8", "surrogateescape") for path in self._paths}
        for path in self._paths:
            data = self._content(path)
            for definition in DEFINITIONS:
                defined.update(definition.findall(data))
        postings = {word: array("I") for word in defined}
        for number, path in enumerate(self._paths):
            for word in defined.intersection(spaced(self._content(path)).split()):
                postings[word].append(number)
        return postings

    def load_filters(self) -> bool:
        """Get the filters of all files, if there are filters; return whether there are."""
        if self._filters is not None:
            for path in self._paths:
                self._filters(path)
        return self._filters is not None

    def files_with(self, word: bytes) -> Iterator[Path]:
        """Yield the files that may contain a word, in the order of the project; a file that changed may contain it no longer."""
        if self._is_scanned():
            yield from self._scanned(word)
            return
        postings = self.build()
        if word not in postings:
            postings[word] = array("I", (number for path, number in self._numbers.items() if word in self._content(path)))
        for number in postings[word]:
            path = self._paths[number]
            if path in self._files:
                yield path

    def candidates(self, word: bytes) -> Iterator[Path]:
        """Yield the files that may contain a word, without a look at them before the index is built."""
        return self._let_through(word) if self._is_scanned() else self.files_with(word)

    def _is_scanned(self) -> bool:
        """Tell whether a query is answered without the index, and count it."""
        plain = MAX_SCANS if len(self._paths) <= MAX_SCANNED_FILES else 0
        if self._postings is not None or self._scans >= (plain if self._filters is None else MAX_FILTERED_SCANS):
            return False
        self._scans += 1
        return True

    def _scanned(self, word: bytes) -> list[Path]:
        """Return the files that contain a word, found without the index."""
        whole = re.compile(rb"(?<![%s])%s(?![%s])" % (IN_WORDS, re.escape(word), IN_WORDS))
        contents = ((path, self._content(path)) for path in self._let_through(word))
        return [path for path, content in contents if word in content and whole.search(content)]

    def _let_through(self, word: bytes) -> Iterator[Path]:
        """Return the files whose filters let a word through; all of them if there are no filters, or the word is none in ASCII."""
        paths = (path for path in self._paths if path in self._files)
        filters, sign = self._filters, _sign(word)
        return (path for path in paths if sign in filters(path)) if filters is not None and ASCII_WORD.fullmatch(word) else paths

    def refresh(self, path: Path) -> None:
        """Index a file that changed or is new. Words that it lost keep it: the caller searches the file anyway."""
        if path not in self._numbers:
            self._numbers[path] = len(self._paths)
            self._paths.append(path)
        if self._postings is None:
            return
        number, postings = self._numbers[path], self._postings
        for word in postings.keys() & words_of(self._content(path)):
            place = bisect_left(postings[word], number)
            if postings[word][place : place + 1] != array("I", [number]):
                postings[word].insert(place, number)


def words_of(data: bytes) -> set[bytes]:
    """Return the identifiers and numbers in the bytes of a file."""
    return set(spaced(data).split())


def filter_of(data: bytes) -> str:
    """Return a filter of the words in the bytes of a file: a character for each, which it may share with others."""
    return "".join(set(map(_sign, set(data.translate(SPACED_ASCII).split()))))


def _sign(word: bytes) -> str:
    return chr(FIRST_SIGN + crc32(word) % SIGNS)


def spaced(data: bytes) -> bytes:
    """Return the identifiers and numbers in the bytes of a file between spaces, of which one stands at each end."""
    return b" %s " % data.translate(SPACED)


def module_name(path: Path) -> str:
    """Return the last part of the name under which other files import a module: the folder's name for an `__init__.py`."""
    return path.parent.name if path.name == "__init__.py" else path.stem
