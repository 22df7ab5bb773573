"""`s3lint baseline`: record existing findings so that only new ones are reported."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from s3lint.cli.output import counted, is_behind_link, print_error
from s3lint.cli.request import job_count, run_request
from s3lint.errors import ConfigurationError, UsageError
from s3lint.finding import Finding
from s3lint.project.targets import Target
from s3lint.reports import Report, printable, renderer
from s3lint.runner.run import check_all
from s3lint.settings import Settings
from s3lint.support.atomic_write import Changed, create_file, replace_file
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen
from s3lint.suppressions.baseline import MAX_BASELINE_BYTES, NAME, Baseline, Entry, Matched, Scope, load, scopes, with_contents


@frozen()
class BaselineUpdate:
    """A baseline before and after a run; `before` is None where there was no file. `new` are findings in neither."""

    before: Baseline | None
    after: Baseline
    new: list[Finding]

    @property
    def changes(self) -> str:
        """The number of entries that were removed and added, or the renamed files alone; empty for a file that was written anew."""
        if self.before is None:
            return ""
        before, after = _without_files(self.before.entries), _without_files(self.after.entries)
        removed, added = (before - after).total(), (after - before).total()
        parts = [f"{counted(removed, 'entry', 'entries')} removed"] if removed else []
        parts += [f"{counted(added, 'entry', 'entries')} added"] if added else []
        return ", ".join(parts) or "entries moved to renamed files"

    @property
    def is_needed(self) -> bool:
        """Whether the file must be written."""
        return self.before is None or self.before.written() != self.after.written()


def _without_files(entries: Counter[Entry]) -> Counter[tuple[str, str]]:
    """Count entries by what a rename leaves as it is: their rules and contents."""
    found = Counter[tuple[str, str]]()
    for entry, count in entries.items():
        found[entry.code, entry.content] += count
    return found


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0 up to date or written, 1 new findings (or, with `--check`, changes), 2 errors."""
    try:
        request = run_request(options)
        files = request.files
        # Without the baseline: a run that leaves known findings out cannot record them.
        bare = [replace(file, settings=replace(file.settings, baseline=None)) for file in files]
        outcome = check_all(bare, job_count(options.jobs), cache=request.cache, context=request.context_files)
        updates = list(_updates(files, outcome.findings, grow=options.grow))
        if not options.check:
            _write(updates, {Path.cwd(), *(file.settings.root for file in files)})
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2
    if not updates:
        print("No files to check, so no baseline was read.")
    for update in updates:
        print("\n".join(printable(line) for text in _lines(update, checked=options.check) for line in text.split("\n")))
    _print_hint(files)
    for message in outcome.errors:
        print_error(message)
    if outcome.errors:
        return 2
    return 1 if any(update.new or (options.check and update.is_needed) for update in updates) else 0


def path_of(settings: Settings) -> Path:
    """The baseline of a project: the setting, else the default name at its root."""
    return settings.baseline or settings.root / NAME


def _updates(files: list[Target], findings: Iterable[Finding], *, grow: bool) -> Iterator[BaselineUpdate]:
    """Compute the new contents of each baseline. `grow`: add new findings, as is always done where there is no file yet."""
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
        yield BaselineUpdate(before, Baseline(path, entries), matched.new)


def _kept(baseline: Baseline, matched: Matched, scope: Scope) -> Counter[Entry]:
    """The entries without a finding that must stay, because the run did not check their file or rule."""
    return matched.unmatched - scope.stale(baseline, matched.unmatched)


def _write(updates: Iterable[BaselineUpdate], roots: set[Path]) -> None:
    """Write the baselines that change. Raises `UsageError` for one that cannot be written."""
    for update in updates:
        path, content = update.after.path, update.after.written().encode("utf-8", "surrogatepass")
        if not update.is_needed:
            continue
        if is_behind_link(path, roots):
            raise UsageError(f"{path}: the baseline is not written through a link that leads out of the project")
        try:
            if path.exists():
                replace_file(path, read_bounded(path, MAX_BASELINE_BYTES), content)
            else:
                create_file(path, content)
        except Changed:
            raise UsageError(f"{path}: another program changed the baseline meanwhile; it was not written") from None
        except OSError as error:
            raise UsageError(f"{path}: the baseline cannot be written: {error.strerror or error}") from None


def _lines(update: BaselineUpdate, *, checked: bool) -> Iterator[str]:
    """The lines to print about a baseline. `checked`: it was compared only, not written."""
    here = Report([], Path.cwd())
    name, total = here.shown(update.after.path), update.after.entries.total()
    if update.before is None:
        files = len({entry.file for entry in update.after.entries})
        yield f"{name} {'does not exist yet' if checked else 'written'}: {counted(total, 'finding')} in {counted(files, 'file')}."
    elif update.is_needed:
        yield f"{name}: {'needs an update: ' if checked else ''}{update.changes}, {counted(total, 'finding')} in all."
    elif update.new:
        yield f"{name} lists {counted(total, 'finding')}, all of them in the code."
    else:
        yield f"{name} is up to date: {counted(total, 'finding')}."
    if update.new:
        yield renderer("concise")(replace(here, findings=update.new))
        yield f"{counted(len(update.new), 'finding')} not in the baseline: fix them, allow them with a reason, or add them by --grow."


def _print_hint(files: Iterable[Target]) -> None:
    """Tell how to use the baseline in projects whose settings name none."""
    for root in sorted({file.settings.root for file in files if file.settings.baseline is None}):
        print(f'Set `baseline = "{NAME}"` in [tool.s3lint] of {Report([], Path.cwd()).shown(root / "pyproject.toml")} to use it.')
