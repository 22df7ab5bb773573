"""Tell which frames of a call stack are the project's own, and describe them so that they are found again after the file has changed."""

from __future__ import annotations

import hashlib
import json
import linecache
import os
import sysconfig
from pathlib import Path
from types import CodeType, FrameType

MAX_FRAMES = 8
"""First-party frames that are kept of one call: the innermost one, at which a finding is reported, and its callers."""

INSTALLED = frozenset({"site-packages", "dist-packages", ".venv", "venv", ".tox", ".nox", "node_modules"})
"""Folders inside of a project that hold other people's code."""

_LIBRARY = tuple({os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_OWN = str(Path(__file__).parent) + os.sep


Chain = tuple[tuple[CodeType, int], ...]
"""Code and the line that it is at, the innermost first. Frames themselves would keep the program's objects alive."""


UNSEEN = object()


def digest_of(lines: list[str]) -> str:
    """Return the digest of lines of source, without the spaces at their ends: the first 16 hex digits of SHA-256."""
    text = "\n".join(line.rstrip() for line in lines)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class FirstParty:
    """The code of the project in a folder. What it tells of code is kept: every recorded call asks again."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._files: dict[str, str | None] = {}
        self._functions: dict[int, tuple[CodeType, int, int, str]] = {}
        """By the identity of code, which is kept here so that no other takes it. Its hash takes long."""
        self._texts: dict[tuple[int, int], str] = {}

    def file(self, code: CodeType) -> str | None:
        """Return the path of code relative to the root; None for code of the interpreter, installed packages and generated code."""
        name = code.co_filename
        if name not in self._files:
            self._files[name] = _relative(name, self.root)
        return self._files[name]

    def innermost(self, frame: FrameType | None) -> FrameType | None:
        """Return the innermost first-party frame from `frame` outwards. Every recorded call asks for it, most of them for nothing else."""
        files = self._files
        while frame is not None:
            file = files.get(frame.f_code.co_filename, UNSEEN)
            if file is not None and (file is not UNSEEN or self.file(frame.f_code) is not None):
                return frame
            frame = frame.f_back
        return None

    def chain(self, frame: FrameType | None) -> Chain:
        """Return the first-party code from `frame` outwards, the innermost first; at most `MAX_FRAMES`."""
        found: list[tuple[CodeType, int]] = []
        while len(found) < MAX_FRAMES and (frame := self.innermost(frame)) is not None:
            found.append((frame.f_code, frame.f_lineno))
            frame = frame.f_back
        return tuple(found)

    def as_json(self, chain: Chain) -> str:
        """Return code with its lines as a list of JSON objects. `file` is relative to the root, with slashes; `digest` is of the lines
        `first` to `first + lines - 1`.
        """
        return f"[{', '.join(self._text(code, line) for code, line in chain)}]"

    def _text(self, code: CodeType, line: int) -> str:
        first, lines, digest = self._function(code)
        key = id(code), line
        if key not in self._texts:
            if code.co_name == "<module>":
                # Of a module the statement alone counts: any edit changes the text of the whole.
                first, lines, digest = line, 1, digest_of([linecache.getline(code.co_filename, line)])
            frame = {"file": self.file(code), "line": line, "function": code.co_name}
            self._texts[key] = json.dumps({**frame, "first": first, "lines": lines, "digest": digest})
        return self._texts[key]

    def _function(self, code: CodeType) -> tuple[int, int, str]:
        """Return the first line of a function's code, its number of lines and their digest."""
        if id(code) not in self._functions:
            last = max((line for _, _, line in code.co_lines() if line is not None), default=code.co_firstlineno)
            first = code.co_firstlineno
            digest = digest_of(linecache.getlines(code.co_filename)[first - 1 : last])
            self._functions[id(code)] = code, first, last - first + 1, digest
        return self._functions[id(code)][1:]


def _relative(filename: str, root: str) -> str | None:
    """Return the path of a file of the project relative to its root; None for the interpreter, installed packages and generated code."""
    if filename.startswith("<"):
        return None
    path = os.path.realpath(filename)
    if not path.startswith(root + os.sep) or path.startswith(_OWN) or not Path(path).is_file():
        return None
    # A virtual environment, and sometimes the whole interpreter, lies below the root.
    if path.startswith(_LIBRARY) or INSTALLED.intersection(Path(path).parts[len(Path(root).parts) :]):
        return None
    return Path(os.path.relpath(path, root)).as_posix()
