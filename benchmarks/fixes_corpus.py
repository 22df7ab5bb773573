"""Applies every fix of s3lint to a copy of published code, and says which of them break what a fix must keep."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import sys
import tempfile
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpora import NAMES, corpora
from benchmarks.corpus import CACHE
from benchmarks.measure import run
from benchmarks.peers import plain_environment

PROGRAMS = Path(sys.executable).parent

NAMING = "F821,F811,F401"
"""Ruff's rules about names: undefined, redefined, imported and not used."""

ASKED_NEXT = {"STO301": "STO302", "STO304": "STO301", "STO501": "STO503", "STO508": "STO503", "STO902": "STO301"}
"""A finding of the second code may come where a fix of the first one is made: the catalogue says that it asks its own question."""


@dataclass
class Tally:
    """What the fixes of one folder did: findings fixed, files changed, and a line for each promise that is broken."""

    name: str
    fixed: int = 0
    files: int = 0
    left_out: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def tally(name: str, folder: Path, *, unsafe: bool) -> Tally:
    """Fix a copy of a folder and compare it with the original."""
    result = Tally(name)
    with tempfile.TemporaryDirectory() as made:
        before, after = Path(made, "before"), Path(made, "after")
        for copy in (before, after):
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git"), symlinks=True, ignore_dangling_symlinks=True)
            subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
        extra = ("--unsafe-fixes",) if unsafe else ()
        old = _findings(_check(before).stdout)
        patch = _check(before, "--diff", *extra, output="text")
        done = _check(after, "--fix", *extra)
        new = _findings(done.stdout)
        result.left_out = done.stderr.count(b"it was left out") + done.stderr.count(b"they were left out")
        changed = [path for path in _files(after) if path.read_bytes() != (before / path.relative_to(after)).read_bytes()]
        result.files = len(changed)
        result.codes = Counter({code: count - new[code] for code, count in old.items() if count > new[code]})
        result.fixed = sum(result.codes.values())
        result.broken += [line for path in changed for line in _harm(before / path.relative_to(after), path, after)]
        result.broken += _renamed(before, after)
        result.broken += _unasked(old, new)
        kept = {path: path.read_bytes() for path in changed}
        _check(after, "--fix", *extra)
        result.broken += [
            f"{path.relative_to(after)}: a second run changes it" for path in changed if path.read_bytes() != kept[path]
        ]
        result.broken += _patched(before, after, patch.stdout, kept)
    return result


def _check(folder: Path, *options: str, output: str = "json") -> subprocess.CompletedProcess[bytes]:
    command = [PROGRAMS / "s3lint", "check", "--isolated", "--no-cache", "--exit-zero", "--quiet", "--output-format", output]
    return subprocess.run([*map(str, command), *options], cwd=folder, capture_output=True, check=False)


def _findings(out: bytes) -> Counter[str]:
    try:
        return Counter(finding["code"] for finding in json.loads(out))
    except json.JSONDecodeError:
        return Counter()


def _files(folder: Path) -> Iterator[Path]:
    yield from (
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".py", ".ipynb") and path.is_file() and ".git" not in path.parts
    )


def _harm(before: Path, after: Path, root: Path) -> Iterator[str]:
    """What a fix did to one file that no fix may do."""
    name = after.relative_to(root)
    if after.suffix != ".py":
        return
    old, new = before.read_bytes(), after.read_bytes()
    if _compiles(old) and not _compiles(new):
        yield f"{name}: does not compile"
    lost = _comments(old) - _comments(new)
    lost = Counter({text: count for text, count in lost.items() if "s3lint:" not in text and "noqa" not in text})
    if lost:
        yield f"{name}: lost the comments {', '.join(lost)}"


def _compiles(data: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, "<file>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _comments(data: bytes) -> Counter[str]:
    found: Counter[str] = Counter()
    with suppress(tokenize.TokenError, SyntaxError):
        found.update(token.string for token in tokenize.tokenize(io.BytesIO(data).readline) if token.type == tokenize.COMMENT)
    return found


def _renamed(before: Path, after: Path) -> list[str]:
    """What ruff says about names in the fixed files and did not say before."""
    old, new = (_ruff(folder) for folder in (before, after))
    return [f"{name}: {count} new {code} ({message})" for (name, code, message), count in (new - old).items()]


def _ruff(folder: Path) -> Counter[tuple[str, str, str]]:
    command = [
        PROGRAMS / "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--select",
        NAMING,
        "--output-format",
        "json",
        "--exit-zero",
        ".",
    ]
    done = run(list(map(str, command)), folder)
    try:
        found = json.loads(done.out)
    except json.JSONDecodeError:
        return Counter()
    return Counter(
        (str(Path(each["filename"]).relative_to(folder.resolve())), each["code"], each["message"].split(" from line")[0])
        for each in found
    )


def _unasked(old: Counter[str], new: Counter[str]) -> list[str]:
    more = {code: count for code, count in (new - old).items() if code not in ASKED_NEXT.values()}
    return [f"{count} findings of {code} came with the fixes" for code, count in more.items()]


def _patched(before: Path, after: Path, patch: bytes, kept: dict[Path, bytes]) -> list[str]:
    """What differs between `git apply` of the printed diff and the files that were fixed."""
    if not kept:
        return []
    done = subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=before, input=patch, capture_output=True, check=False)
    if done.returncode:
        return [f"the diff does not apply: {done.stderr.decode(errors='replace').strip()[:200]}"]
    return [
        f"{path.relative_to(after)}: the diff gives another text than --fix"
        for path, data in kept.items()
        if (before / path.relative_to(after)).read_bytes() != data
    ]


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.fixes_corpus", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of repositories, instead of the published packages")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages are kept (default: %(default)s)")
    parser.add_argument("--safe", action="store_true", help="apply safe fixes alone")
    return parser.parse_args(arguments)


def _folders(chosen: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    if chosen.folders:
        yield from ((folder.name, folder) for folder in chosen.folders)
        return
    cache = chosen.cache.resolve()
    yield from ((corpus.name, corpus.folder) for corpus in corpora(cache, NAMES, plain_environment(cache)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each folder and the broken promises. Return 1 if there are any."""
    chosen = options(arguments)
    tallies = []
    for name, folder in _folders(chosen):
        done = tally(name, folder, unsafe=not chosen.safe)
        tallies.append(done)
        print(
            f"{name}: {done.fixed} findings fixed in {done.files} files, {done.left_out} fixes left out, {len(done.broken)} broken"
        )
        for line in done.broken:
            print(f"  {name}/{line}")
        sys.stdout.flush()
    codes = sum((each.codes for each in tallies), Counter[str]())
    files, broken = sum(each.files for each in tallies), sum(len(each.broken) for each in tallies)
    print(f"{len(tallies)} folders: {sum(codes.values())} findings fixed in {files} files, {broken} broken promises")
    print(", ".join(f"{code} {count}" for code, count in sorted(codes.items())))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
