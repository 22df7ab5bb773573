"""`s3lint baseline`: the findings that there are, written down, so that only new ones are reported."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from s3lint.cli.asked import jobs_of
from s3lint.cli.request import asked_for
from s3lint.cli.saying import complain
from s3lint.config.load import ConfigurationError
from s3lint.finding import Finding
from s3lint.project.targets import Missing, Target
from s3lint.reports import Report, printable, renderer
from s3lint.runner.run import check_all
from s3lint.settings import Settings
from s3lint.support.atomic_write import Changed, create_file, replace_file
from s3lint.suppressions.baseline import NAME, Baseline, Entry, Matched, Scope, load, scopes, with_contents


@dataclass(frozen=True, slots=True)
class Update:
    """A baseline before and after, and the findings that it does not take in. `before` is None where there was no file."""

    before: Baseline | None
    after: Baseline
    new: list[Finding]

    @property
    def gone(self) -> int:
        return (self.before.entries - self.after.entries).total() if self.before is not None else 0

    @property
    def is_needed(self) -> bool:
        return self.before is None or self.before.written() != self.after.written()


def run(options: argparse.Namespace) -> int:
    try:
        asked = asked_for(options)
        files = asked.files
        every = [replace(file, settings=replace(file.settings, baseline=None)) for file in files]
        outcome = check_all(every, jobs_of(options.jobs), cache=asked.cache, company=asked.company)
        updates = list(_updates(files, outcome.findings, grow=options.grow))
        if not options.check:
            _write(updates)
    except (ConfigurationError, Missing) as error:
        complain(error)
        return 2
    if not updates:
        print("No files to check, so no baseline was looked at.")
    for update in updates:
        print("\n".join(printable(line) for line in _said(update, checked=options.check)))
    _hint(files)
    for message in outcome.errors:
        complain(message)
    if outcome.errors:
        return 2
    return 1 if any(update.new or (options.check and update.is_needed) for update in updates) else 0


def path_of(settings: Settings) -> Path:
    return settings.baseline or settings.root / NAME


def _updates(files: list[Target], findings: Iterable[Finding], *, grow: bool) -> Iterator[Update]:
    found = list(findings)
    for path, scope in scopes(files, path_of).items():
        before = load(path) if path.exists() else None
        baseline = before or Baseline(path)
        contents = with_contents([finding for finding in found if finding.path in scope.files])
        matched = baseline.match(contents)
        entries = matched.known + _kept(baseline, matched, scope)
        if before is None or grow:
            new = {id(finding) for finding in matched.new}
            entries += Counter(baseline.entry(finding, text) for finding, text in contents if id(finding) in new)
            matched.new.clear()
        yield Update(before, Baseline(path, entries), matched.new)


def _kept(baseline: Baseline, matched: Matched, scope: Scope) -> Counter[Entry]:
    """The unmatched entries on which the run cannot tell."""
    return matched.unmatched - scope.stale(baseline, matched.unmatched)


def _write(updates: Iterable[Update]) -> None:
    for update in updates:
        path, content = update.after.path, update.after.written().encode("utf-8", "surrogatepass")
        if not update.is_needed:
            continue
        try:
            if path.exists():
                replace_file(path, path.read_bytes(), content)
            else:
                create_file(path, content)
        except Changed:
            raise Missing(f"{path}: somebody else writes the baseline at the same time; it was left alone") from None
        except OSError as error:
            raise Missing(f"{path}: the baseline cannot be written: {error.strerror or error}") from None


def _said(update: Update, *, checked: bool) -> Iterator[str]:
    here = Report([], Path.cwd())
    name, total = here.shown(update.after.path), update.after.entries.total()
    if update.before is None:
        files = len({entry.file for entry in update.after.entries})
        yield f"{name} {'does not exist yet' if checked else 'written'}: {_count(total, 'finding')} in {_count(files, 'file')}."
    elif update.is_needed:
        yield f"{name}: {_count(update.gone, 'entry', 'entries')} {'to remove' if checked else 'removed'}, {total} in all."
    else:
        yield f"{name} is up to date: {_count(total, 'finding')}."
    if update.new:
        yield renderer("concise")(replace(here, findings=update.new))
        yield f"{_count(len(update.new), 'finding')} not in the baseline: fix them, allow them with a reason, or add them by --grow."


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _hint(files: Iterable[Target]) -> None:
    """What is left to do where no setting names the baseline."""
    for root in sorted({file.settings.root for file in files if file.settings.baseline is None}):
        print(f'Set `baseline = "{NAME}"` in [tool.s3lint] of {Report([], Path.cwd()).shown(root / "pyproject.toml")} to use it.')
