"""Find settings without effect: patterns that match nothing, and codes of rules that are off or have no fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from s3lint.config.selection import Selection, union_of
from s3lint.project.discovery import EXCLUDED, is_excluded, python_files
from s3lint.project.patterns import matches
from s3lint.registry import rules
from s3lint.settings import Settings


def without_effect(settings: Settings, path: Path) -> Iterator[str]:
    """Yield a sentence for each pattern and code without effect in the project, of whose files those below a path are read."""
    left_out: list[tuple[Path, str]] = []
    folder = settings.root if path.is_relative_to(settings.root) else path
    checked = list(python_files(folder, settings, lambda found, reason: left_out.append((found, reason))))
    yield from patterns_without_matches(settings, checked, [found for found, reason in left_out if reason == EXCLUDED])
    yield from codes_without_effect(settings)


def patterns_without_matches(settings: Settings, checked: Sequence[Path], excluded: Sequence[Path]) -> Iterator[str]:
    """Yield a sentence for each pattern that matches no file of a run."""
    for pattern in settings.extend_exclude:
        alone = replace(settings, exclude=(), extend_exclude=(pattern,))
        if not any(is_excluded(path, alone, is_folder=path.is_dir()) for path in excluded):
            yield f"extend-exclude: {pattern!r} matches nothing"
    for pattern in settings.per_file_ignores:
        if not any(matches(path, (pattern,), settings) for path in checked):
            yield f"per-file-ignores: {pattern!r} matches nothing"


def codes_without_effect(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each selector all of whose rules are off, or cannot be fixed where it is about fixes."""
    on = Selection(settings).codes
    selected = Selection(replace(settings, ignore=())).codes
    fixed = frozenset(code for code, rule in rules().items() if rule.fix != "none") & on
    off = "names only rules that are off anyway"
    for key, selectors in (("select", settings.select), ("extend-select", settings.extend_select)):
        yield from _idle(
            key, selectors, selected.isdisjoint, "names only rules on trial: write their codes, or the profile `preview`"
        )
    yield from _idle("ignore", settings.ignore, selected.isdisjoint, off)
    for pattern, selectors in settings.per_file_ignores.items():
        yield from _idle(f"per-file-ignores.{pattern}", selectors, on.isdisjoint, off)
    yield from _idle("severity", settings.severity, on.isdisjoint, off)
    for key in ("unfixable", "extend-safe-fixes", "extend-unsafe-fixes"):
        yield from _idle(key, getattr(settings, key.replace("-", "_")), fixed.isdisjoint, "names no rule that is on and has a fix")


def _idle(key: str, selectors: Iterable[str], is_idle: Callable[[Iterable[str]], bool], why: str) -> Iterator[str]:
    yield from (f"{key}: {selector} {why}" for selector in selectors if is_idle(union_of([selector])))
