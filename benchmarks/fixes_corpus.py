"""Applies every fix of s3lint to a copy of published code, and says which of them break what a fix must keep."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpora import NAMES, corpora
from benchmarks.corpus import CACHE
from benchmarks.peers import plain_environment

PROGRAMS = Path(sys.executable).parent

NAMING = "F821,F811,F401"
"""Ruff's rules about names: undefined, redefined, imported and not used."""

PLACE = re.compile(r" from (?:cell \d+, )?line \d+.*")
"""Where ruff says that a name was bound before, which a new line above moves."""

ASKED_NEXT = {
    "STO213": ("STO211", "STO212"),
    "STO301": ("STO302",),
    "STO304": ("STO301",),
    "STO501": ("STO503",),
    "STO508": ("STO503",),
    "STO902": ("STO301",),
}
"""Findings of these codes may come where a fix of the first one is made: its page says so."""


@dataclass
class Tally:
    """What the fixes of one folder did: findings fixed, files changed of those checked, and a line for each promise that is broken."""

    name: str
    fixed: int = 0
    files: int = 0
    checked: int = 0
    left_out: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add the figures of another folder."""
        self.fixed += other.fixed
        self.files += other.files
        self.checked += other.checked
        self.left_out += other.left_out
        self.codes += other.codes
        self.broken += other.broken


def tally(name: str, folder: Path, *, unsafe: bool, patches: Path | None = None) -> Tally:
    """Fix a copy of a folder and compare it with the original. `patches`: where the patch and the findings are kept, to be read."""
    result = Tally(name)
    extra = ("--unsafe-fixes",) if unsafe else ()
    with tempfile.TemporaryDirectory() as made:
        tree, cache = Path(made, "tree"), Path(made, "cache")
        result.checked = _copy(folder, tree)
        found = _check(tree, cache)
        patch = _check(tree, cache, "--diff", *extra, output="text").stdout
        if patches is not None:
            (patches / f"{name}.patch").write_bytes(patch)
            (patches / f"{name}.json").write_bytes(found.stdout)
        done = _check(tree, cache, "--fix", *extra)
        old, new = (_findings(each.stdout) for each in (found, done))
        result.left_out = done.stderr.count(b"it was left out") + done.stderr.count(b"they were left out")
        changed = _changed(tree)
        result.files = len(changed)
        result.codes = Counter({code: count - new[code] for code, count in old.items() if count > new[code]})
        result.fixed = sum(result.codes.values())
        after = _texts(tree, changed)
        _check(tree, cache, "--fix", *extra)
        result.broken += [f"{path}: a second run changes it" for path, data in after.items() if (tree / path).read_bytes() != data]
        named = _ruff(tree, changed)
        _git(tree, "checkout", "--", ".")
        before = _texts(tree, changed)
        result.broken += [line for path in changed for line in _harm(path, before[path], after[path])]
        result.broken += _misnamed(_ruff(tree, changed), named)
        result.broken += _unasked(old, new)
        result.broken += _patched(tree, patch, after)
    return result


COPIED = (".py", ".pyi", ".ipynb", ".toml", ".cfg", ".ini", ".gitignore")


def _copy(folder: Path, tree: Path) -> int:
    """Copy the code and settings of a folder into a git repository. Return the number of files that s3lint may check."""
    for path in folder.rglob("*"):
        if path.name.endswith(COPIED) and ".git" not in path.parts and path.is_file() and not path.is_symlink():
            copy = tree / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    tree.mkdir(exist_ok=True)
    _git(tree, "init", "--quiet")
    _git(tree, "add", "--all", "--force")
    return sum(path.suffix in (".py", ".ipynb") for path in tree.rglob("*"))


def _git(tree: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-c", "core.autocrlf=false", *arguments], cwd=tree, capture_output=True, check=True).stdout


def _changed(tree: Path) -> list[str]:
    return [os.fsdecode(name) for name in _git(tree, "diff", "--name-only", "-z").split(b"\0") if name]


def _texts(tree: Path, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: (tree / path).read_bytes() for path in paths}


def _check(tree: Path, cache: Path, *options: str, output: str = "json") -> subprocess.CompletedProcess[bytes]:
    command = [PROGRAMS / "s3lint", "check", "--isolated", "--exit-zero", "--quiet", "--output-format", output]
    return subprocess.run([*map(str, command), "--cache-dir", str(cache), *options], cwd=tree, capture_output=True, check=False)


def _findings(out: bytes) -> Counter[str]:
    try:
        return Counter(finding["code"] for finding in json.loads(out))
    except json.JSONDecodeError:
        return Counter()


def _harm(name: str, old: bytes, new: bytes) -> Iterator[str]:
    """What a fix did to one file that no fix may do."""
    if name.endswith(".ipynb"):
        if _without_code(old) != _without_code(new):
            yield f"{name}: more than the code of its cells changed"
        return
    if _compiles(old) and not _compiles(new):
        yield f"{name}: does not compile"
    lost = _comments(old) - _comments(new)
    lost = Counter({text: count for text, count in lost.items() if "s3lint:" not in text and "noqa" not in text})
    if lost:
        yield f"{name}: lost the comments {', '.join(lost)}"


def _without_code(notebook: bytes) -> object:
    """A notebook without the text of its code cells; None for one that is no JSON."""
    try:
        content = json.loads(notebook)
    except ValueError:
        return None
    for cell in content.get("cells", ()):
        if cell.get("cell_type") == "code":
            cell["source"] = ""
    return content


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


def _ruff(tree: Path, paths: Sequence[str]) -> Counter[tuple[str, str, str]]:
    """What ruff says about names in files: path, code and message."""
    command = [PROGRAMS / "ruff", "check", "--isolated", "--no-cache", "--select", NAMING, "--output-format", "json", "--exit-zero"]
    if not paths:
        return Counter()
    done = subprocess.run([*map(str, command), "--", *paths], cwd=tree, capture_output=True, check=False)
    try:
        found = json.loads(done.stdout)
    except json.JSONDecodeError:
        return Counter()
    root = tree.resolve()
    return Counter((str(Path(each["filename"]).relative_to(root)), each["code"], PLACE.sub("", each["message"])) for each in found)


def _misnamed(before: Counter[tuple[str, str, str]], after: Counter[tuple[str, str, str]]) -> Iterator[str]:
    """What ruff says only of the fixed files. A name that was undefined before may be used once more."""
    for (path, code, message), count in (after - before).items():
        if code != "F821" or not before[path, code, message]:
            yield f"{path}: {count} new {code} ({message})"


def _unasked(old: Counter[str], new: Counter[str]) -> list[str]:
    announced = {code for fixed, codes in ASKED_NEXT.items() if old[fixed] > new[fixed] for code in codes}
    more = {code: count for code, count in (new - old).items() if code not in announced}
    return [f"{count} findings of {code} came with the fixes" for code, count in more.items()]


def _patched(tree: Path, patch: bytes, after: dict[str, bytes]) -> list[str]:
    """What differs between `git apply` of the printed diff and the files that were fixed."""
    if not after:
        return []
    done = subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=tree, input=patch, capture_output=True, check=False)
    if done.returncode:
        return [f"the diff does not apply: {done.stderr.decode(errors='replace').strip()[:200]}"]
    wrong = [path for path, data in after.items() if (tree / path).read_bytes() != data]
    return [f"{path}: the diff gives another text than --fix" for path in wrong]


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.fixes_corpus", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of repositories, instead of the published packages")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages are kept (default: %(default)s)")
    parser.add_argument("--patches", type=Path, help="keep the patch and the findings of each folder there, to be read")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/reliability.md")
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
    if chosen.patches is not None:
        chosen.patches.mkdir(parents=True, exist_ok=True)
    for name, folder in _folders(chosen):
        done = tally(name, folder, unsafe=not chosen.safe, patches=chosen.patches)
        tallies.append(done)
        print(
            f"{name}: {done.fixed} findings fixed in {done.files} of {done.checked} files, {done.left_out} fixes left out, "
            f"{len(done.broken)} broken",
            *(f"  {name}/{line}" for line in done.broken),
            sep="\n",
            flush=True,
        )
    total = Tally(f"{len(tallies)} folders")
    for each in tallies:
        total.add(each)
    print(
        f"{total.name}: {total.fixed} findings fixed in {total.files} of {total.checked} files, {len(total.broken)} broken promises"
    )
    print(", ".join(f"{code} {count}" for code, count in sorted(total.codes.items())))
    if chosen.docs:
        write_table(PAGE, total)
    return 1 if total.broken else 0


PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- fixes-corpus -->\n", "<!-- /fixes-corpus -->\n"


def write_table(page: Path, total: Tally) -> None:
    """Replace the marked table of the page by the figures of a run."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    rows = [
        ("sources (repositories and packages)", total.name.partition(" ")[0]),
        ("Python files and notebooks", f"{total.checked:,}"),
        ("files changed", f"{total.files:,}"),
        ("findings fixed", f"{total.fixed:,}"),
        *((f"of {code}", f"{count:,}") for code, count in sorted(total.codes.items())),
        ("fixes left out because their result would be unsound", f"{total.left_out:,}"),
        ("broken promises", f"{len(total.broken):,}"),
    ]
    table = "\n".join(["| `make fixes-corpus` | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
    page.write_text(f"{before}{BEGIN}{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
