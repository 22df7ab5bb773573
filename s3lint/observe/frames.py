"""Tell which frames of a call stack are the project's own, and describe them so that they are found again after the file has changed."""

from __future__ import annotations

import hashlib
import linecache
import os
import sysconfig
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True)
class Frame:
    """A frame of first-party code. `file` is relative to the root, with slashes; `digest` is of the lines `first` to `first + lines - 1`."""

    file: str
    line: int
    function: str
    first: int
    lines: int
    digest: str


def digest_of(lines: list[str]) -> str:
    """Return the digest of lines of source, without the spaces at their ends: the first 16 hex digits of SHA-256."""
    text = "\n".join(line.rstrip() for line in lines)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def innermost(frame: FrameType | None, root: str) -> FrameType | None:
    """Return the innermost first-party frame from `frame` outwards. Every recorded call asks for it, most of them for nothing else."""
    while frame is not None and _relative(frame.f_code.co_filename, root) is None:
        frame = frame.f_back
    return frame


def chain_of(frame: FrameType | None, root: str) -> Chain:
    """Return the first-party code from `frame` outwards, the innermost first; at most `MAX_FRAMES`."""
    found: list[tuple[CodeType, int]] = []
    while frame is not None and len(found) < MAX_FRAMES:
        if _relative(frame.f_code.co_filename, root) is not None:
            found.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return tuple(found)


def is_first_party(code: CodeType, root: str) -> bool:
    """Tell whether code is the project's own."""
    return _relative(code.co_filename, root) is not None


def file_of(code: CodeType, root: str) -> str:
    """Return the file of first-party code, relative to the root."""
    return _relative(code.co_filename, root) or ""


def as_data(chain: Chain, root: str) -> list[dict[str, object]]:
    """Return code with its lines as JSON objects."""
    return [dict(vars(_described(code, file_of(code, root), line))) for code, line in chain]


@cache
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


def _described(code: CodeType, file: str, line: int) -> Frame:
    first, lines, digest = _function(code)
    if code.co_name == "<module>":
        # Of a module the statement alone counts: any edit changes the text of the whole.
        return Frame(file, line, code.co_name, line, 1, digest_of([linecache.getline(code.co_filename, line)]))
    return Frame(file, line, code.co_name, first, lines, digest)


@cache
def _function(code: CodeType) -> tuple[int, int, str]:
    """Return the first line of a function's code, its number of lines and their digest."""
    last = max((line for _, _, line in code.co_lines() if line is not None), default=code.co_firstlineno)
    first = code.co_firstlineno
    return first, last - first + 1, digest_of(linecache.getlines(code.co_filename)[first - 1 : last])
