"""Compare the nodes that are made without libcst with libcst's own, and the findings in both, over whole repositories.

`python -m syntax.twins FOLDER...` takes published packages where no folder is named. It counts the blocks that are left to libcst, and exits
with 1 where anything differs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from benchmarks.corpora import NAMES, corpora
from benchmarks.corpus import CACHE
from benchmarks.peers import plain_environment
from s3lint.project.discovery import python_files
from s3lint.settings import Settings
from s3lint.source.script_cells import plain
from s3lint.source.text import Source, Unreadable
from s3lint.syntax.layout import add_layout
from s3lint.syntax.module import Block, Module
from s3lint.syntax.skeleton import skeleton_of

CHECK = ("check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--output-format", "json")

ALL = ("--profile", "strict", "--min-confidence", "low")

LIBCST_ALONE = "from s3lint.syntax import module; module.skeleton_of = lambda *_: None"
"""What makes a run take libcst's own nodes for everything."""


def made(text: str) -> bool:
    """Return whether nodes were made; those are libcst's own, and with their layout they write what libcst writes."""
    skeleton, tree, expected = skeleton_of(text), cst.parse_module(text), cst.parse_module(text)
    if skeleton is None or (bare := skeleton.complete()) is None or skeleton.refused:
        return False
    nodes = list(map(id, bare))
    assert add_layout(bare, tree.body), text
    object.__setattr__(tree, "body", bare)
    assert tree.code == expected.code  # which is the text, but for white space that libcst drops after the last line
    assert tree.deep_equals(expected), text
    assert nodes == list(map(id, bare))
    return True


@dataclass
class Tally:
    """What was compared in a folder. `left` are the blocks that are left to libcst, `unread` those that it refuses too."""

    files: int = 0
    blocks: int = 0
    left: int = 0
    unread: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """Compare the nodes of a block."""
        self.blocks += 1
        try:
            self.left += not made(block.parsed.text)
        except AssertionError:
            self.differences.append(f"{block.module.path}:{block.part.start}: other nodes than libcst's")
        except Exception:
            # Python reads it, as it read the file; libcst does not.
            self.unread += 1


def tally(folder: Path) -> Tally:
    """Compare the nodes of all blocks of a folder, and the findings in it."""
    found = Tally()
    for path in python_files(folder, Settings(root=folder, exclude=())):
        for block in _blocks(path):
            found.add(block)
        found.files += 1
    if _findings(folder) != _findings(folder, LIBCST_ALONE):
        found.differences.append(f"{folder}: other findings than in libcst's own nodes")
    return found


def _blocks(path: Path) -> Sequence[Block]:
    try:
        return Module.load(Source.decode(path, plain(path.read_bytes()))).blocks
    except (OSError, Unreadable):
        return ()


def _findings(folder: Path, before: str = "") -> tuple[int, bytes, bytes]:
    """Return the exit code, the report and the messages of a run that executes some code `before` it starts."""
    # The first entry is the folder that is checked, which may have modules with names such as `typing`.
    program = f"import sys; del sys.path[0]\n{before}\nfrom s3lint.cli import main\nsys.exit(main())"
    done = subprocess.run([sys.executable, "-c", program, *CHECK, *ALL], cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def _folders(named: Sequence[Path]) -> Iterator[Path]:
    if named:
        yield from named
    else:
        yield from (corpus.folder for corpus in corpora(CACHE, NAMES, plain_environment(CACHE)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each folder and one for each difference. Return 1 if there are any."""
    parser = argparse.ArgumentParser("python -m syntax.twins", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of code, instead of published packages")
    status = 0
    for folder in _folders(parser.parse_args(arguments).folders):
        found = tally(folder.resolve())
        print(
            f"{folder.name}: {found.files:,} files, {found.blocks:,} blocks, {found.left:,} left to libcst, {found.unread:,} that it "
            f"refuses, {len(found.differences)} differences",
            *found.differences,
            sep="\n",
            flush=True,
        )
        status = status or bool(found.differences)
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
