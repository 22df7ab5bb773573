"""Mutate real code: delete, double, swap and move parts of it, and assert `robustness.invariants` of the result.

`python -m robustness.mutate FOLDER… --seconds 600` takes programs of any folders; of the fixtures and the published packages about storage
that `make corpus` fetches, where none is named. What breaks an invariant is kept as `crash-….py` in the folder of the corpus, and the exit
code is not 0.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import random
import re
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.corpora import corpus_set
from benchmarks.peers import plain_environment
from robustness import invariants
from robustness.fuzz import CORPUS
from s3lint.config.selection import Selection
from s3lint.linter.prefilter import prefilter_for
from s3lint.source.text import Source, Unreadable

HERE = Path(__file__).parent

TOKENS = re.compile(r"\w+|[^\S\r\n]+|\r\n|'''|\"\"\"|.", re.DOTALL)

LINES = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")

PIECES = re.compile(r".{1,6}", re.DOTALL)

MOST = 3
"""Changes of one program. With many more, almost every program is a syntax error."""

TOP = re.compile(r"[\w@\"']")
"""Matches the beginning of a statement that is not indented."""

HEAD, PART = 20, 30
"""Lines of a program that are mutated, at its beginning and elsewhere; more, where a statement is longer."""

HANGS = 60
"""Seconds after which a check counts as hanging; `last.py` is the program."""


def mutated(text: str, chance: random.Random) -> str:
    """Return a text after a few changes of its lines, its tokens or pieces of these."""
    for _ in range(chance.randint(1, MOST)):
        parts = chance.choice((LINES, TOKENS, PIECES)).findall(text)
        if parts:
            _change(parts, chance)
        text = "".join(parts)
    return text


def _change(parts: list[str], chance: random.Random) -> None:
    """Delete, double, swap or move some adjacent parts."""
    start, length, to = chance.randrange(len(parts)), chance.randint(1, 3), chance.randrange(len(parts))
    some = parts[start : start + length]
    change = chance.choice(("delete", "double", "swap", "move"))
    if change == "double":
        parts[start:start] = some
    elif change == "swap":
        parts[start], parts[to] = parts[to], parts[start]
    else:
        del parts[start : start + length]
        if change == "move":
            parts[to:to] = some


def part_of(text: str, chance: random.Random) -> str:
    """Return the first lines of a program, for its imports, and some of its other statements."""
    lines = LINES.findall(text)
    tops = [row for row, line in enumerate(lines) if TOP.match(line)] + [len(lines)]
    start = chance.choice(tops)
    first = next(row for row in tops if row >= min(start, HEAD))
    end = next((row for row in tops if row >= start + PART), len(lines))
    return "".join([*lines[:first], *lines[start:end]])


def texts(folders: Sequence[Path]) -> list[str]:
    """Return the programs below some folders that mention storage."""
    wanted, found = prefilter_for(Selection(invariants.STRICT).codes), []
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        data = path.read_bytes()
        if wanted.mentions(data):
            try:
                found.append(Source.decode(path, data).text)
            except Unreadable:
                continue
    return found


def mutations(programs: Sequence[str], seconds: float, chance: random.Random) -> Iterator[bytes]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield mutated(part_of(chance.choice(programs), chance), chance).encode()


def failure(program: bytes) -> str | None:
    """Return how a program breaks an invariant, or None. A check that hangs ends the process with a traceback."""
    faulthandler.dump_traceback_later(HANGS, exit=True)
    try:
        invariants.holds(program)
    except Exception:
        return traceback.format_exc(limit=-3)
    finally:
        faulthandler.cancel_dump_traceback_later()
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m robustness.mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, help="whose programs are mutated")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, help="for the same programs again")
    options = parser.parse_args(arguments)
    cache = HERE / ".cache"
    folders = options.folders or [HERE.parents[1] / "fixtures", corpus_set("storage-heavy", cache, plain_environment(cache)).folder]
    programs, made, compiled, failed = texts(folders), 0, 0, 0
    CORPUS.mkdir(parents=True, exist_ok=True)
    for program in mutations(programs, options.seconds, random.Random(options.seed)):  # noqa: S311
        (CORPUS / "last.py").write_bytes(program)
        made, compiled = made + 1, compiled + invariants.compiles(program)
        trouble = failure(program)
        if trouble is not None:
            failed += 1
            kept = CORPUS / f"crash-{hashlib.sha256(program).hexdigest()[:16]}.py"
            kept.write_bytes(program)
            print(f"{kept}\n{trouble}", flush=True)
    print(f"{made} programs, made of {len(programs)} files; {compiled} of them compile; {failed} failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
