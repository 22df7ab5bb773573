"""Match paths against patterns of the settings, which have the syntax of `.gitignore`, in linear time.

`pathspec` translates a pattern to a regular expression. Its stars are tried in all combinations when the rest does not match: ten stars and a
name of 120 characters take years. `linear` makes each star but the last take the first place that fits and keep it, which changes no
answer: what follows begins with a star, and can skip all that a later place would have skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.settings import Settings

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAME = re.compile(r"[\w.-]+")
"""A pattern that is a plain name of files or folders in any place."""

PLAIN = re.compile(r"(?=\*?[\w.-])[\w.-]*\*?[\w.-]*/?")
"""A pattern that is a name, perhaps with one star, perhaps of folders alone: those of tests are such ones by default."""

MAX_PATTERNS = 5_000
"""Patterns of one list; later ones are ignored. Each costs microseconds for every file."""

MAX_PATTERN_LENGTH = 4_096
"""Characters of a pattern that is not ignored: no path is longer (PATH_MAX)."""

_TOKEN = re.compile(
    r"(?P<folders>\(\?:\.\+/\)\?|\(\?:/\.\+\)\?)|(?P<star>\[\^/\]\*)|(?P<one>\[\^/\])"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<slash>/)|\\.|.",
    re.DOTALL,
)
"""What pathspec translates parts of a pattern to: `**`, `*`, `?`, sets, and other characters one by one. No two alternatives begin alike
and go on for any length, so a pattern is read once."""

_RANGE = re.compile(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", re.DOTALL)
"""A character of a set, or a range of them."""

_LAZY = {"(?:.+/)?": "(?:.+?/)??", "(?:/.+)?": "(?:/.+?)??"}


@cache
def spec_of(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Return one matcher of the patterns. Lines that git does not understand are ignored, as git ignores them."""
    from pathspec import GitIgnoreSpec

    made = list(islice(_compiled(patterns), MAX_PATTERNS))
    try:
        return GitIgnoreSpec(made, backend="simple")
    except TypeError:  # Before pathspec 1.0 there was one way of matching.
        return GitIgnoreSpec(made)


def _compiled(patterns: Iterable[str]) -> Iterator[Any]:
    from pathspec import GitIgnoreSpec

    # The class of pathspec's patterns has changed its name between versions.
    kind = type(GitIgnoreSpec.from_lines(["name"]).patterns[0])
    for pattern in patterns:
        try:
            regex, include = kind.pattern_to_regex(pattern) if len(pattern) <= MAX_PATTERN_LENGTH else (None, None)
            if regex is not None and include is not None:
                yield kind(re.compile(linear(regex)), include)
        except (ValueError, re.error, RecursionError):
            continue


def linear(regex: str) -> str:
    """Rewrite a regular expression of pathspec so that no star is tried twice.

    `[^/]*b[^/]*c` becomes `(?=(?P<s0>[^/]*?b))(?P=s0)[^/]*c`, since Python has atomic groups only from 3.11 on. The same is done with the
    folders that `**` stands for. A set gets `(?!/)` before it: it never fits a slash in git, in pathspec it does.
    """
    made: list[str] = []
    groups = count()
    star = folders = None  # where in `made` the last star of this name, and the last `**`, begin

    def keep_first_fit(begin: int, lazy: str, end: str) -> None:
        name = f"s{next(groups)}"
        made[begin:] = [f"(?=(?P<{name}>{lazy}{''.join(made[begin + 1 :])}{end}))(?P={name})"]

    for token in _TOKEN.finditer(regex):
        kind = token.lastgroup
        if kind == "star" and star == len(made) - 1:
            continue  # `**` within a name is one star.
        if kind == "star" and star is not None:
            keep_first_fit(star, "[^/]*?", "")
        if kind == "folders" and folders is not None:
            keep_first_fit(folders, _LAZY[made[folders]], "(?=/)")
        if kind == "folders":
            folders = len(made)
        star = len(made) if kind == "star" else None if kind in {"folders", "slash"} else star
        made.append(_without_slash(token[0]) if kind == "set" else token[0])
    return "".join(made)


def _without_slash(characters: str) -> str:
    """Return a set that fits no slash, with characters escaped that `re` warns of, as it may give them a meaning one day."""
    begin = 2 if characters.startswith("[^") else 1

    def escaped(part: re.Match[str]) -> str:
        return "-".join(each if each.startswith("\\") else re.escape(each) for each in part.groups() if each)

    return f"(?!/){characters[:begin]}{_RANGE.sub(escaped, characters[begin:-1])}]"


def anchored(pattern: str, root: Path) -> str:
    """Return a pattern as git reads it: `./x` and absolute paths below the root are anchored there, which git takes for names.

    Raises `ValueError` for a pattern that leads out of the root: it could match nothing.
    """
    sign, text = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    inner = text.removeprefix(f"{root.as_posix()}/")
    parts = inner.split("/")
    if "." not in parts and ".." not in parts and inner == text:
        return pattern
    kept: list[str] = []
    for part in parts:
        if part == ".." and not kept:
            raise ValueError("leads out of the project, whose root the patterns are relative to")
        if part == "..":
            kept.pop()
        elif part != ".":
            kept.append(part)
    made = "/".join(kept).lstrip("/")
    if not made:
        raise ValueError("names the project itself")
    return f"{sign}/{made}"


@cache
def split(patterns: tuple[str, ...]) -> tuple[frozenset[str], GitIgnoreSpec | None]:
    """Split patterns into plain names, which a set lookup matches, and the rest; None if there is no rest.

    A pattern with `!` takes back earlier ones, so then all stay together in their order.
    """
    names = frozenset(pattern for pattern in patterns if NAME.fullmatch(pattern))
    if any(pattern.startswith("!") for pattern in patterns):
        return frozenset(), spec_of(patterns)
    others = tuple(pattern for pattern in patterns if pattern not in names)
    return names, spec_of(others) if others else None


def matches(path: Path, patterns: tuple[str, ...], settings: Settings) -> bool:
    """Tell whether a file matches a pattern, by its path from the project's root; by its name alone outside of the project."""
    inner, plain = inner_path(path, settings.root), _plain(patterns)
    return plain.match(inner) is not None if plain is not None else bool(spec_of(patterns).match_file(inner))


@cache
def _plain(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return an expression for patterns that are all plain, without pathspec: to import it takes longer than to match many files."""
    if len(patterns) > MAX_PATTERNS or not all(PLAIN.fullmatch(pattern) for pattern in patterns):
        return None
    # A folder's name matches all that is below it.
    names = (
        re.escape(pattern.rstrip("/")).replace(r"\*", "[^/]*") + ("/" if pattern.endswith("/") else "(?:/|$)")
        for pattern in patterns
    )
    return re.compile(f"(?:.+/)?(?:{'|'.join(names)})") if patterns else None


def inner_path(path: Path, root: Path) -> str:
    """Return the path of a file from a project's root, with slashes; its name alone outside of the project."""
    text, start = path.as_posix(), f"{root.as_posix().rstrip('/')}/"
    # Most files of a run are asked about, and `pathlib` takes ten times as long; it knows that Windows ignores case.
    if text.startswith(start):
        return text[len(start) :]
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def is_test(path: Path, settings: Settings) -> bool:
    """Tell whether a file is a test by `test-paths`."""
    return matches(path, settings.test_paths, settings)
