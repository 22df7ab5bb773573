"""`s3lint check`: report findings, fix them, explain a line, add suppressions.

The engine is imported where it is used: a run whose results are all in the cache does not pay for it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from s3lint.cli.decisions import decided_settings, with_decisions
from s3lint.cli.output import FOR_PEOPLE, RenderedReport, in_color, print_error, width_of, write_report
from s3lint.cli.progress import with_progress, write_timing
from s3lint.cli.request import (
    STDIN,
    RunRequest,
    SettingsOf,
    add_listed_paths,
    job_count,
    paths_of,
    run_request,
    setting_overrides,
    settings_finder,
)
from s3lint.cli.summary import statistics, statistics_as_json, summary
from s3lint.errors import ConfigurationError, UsageError
from s3lint.finding import Finding, Severity
from s3lint.project.discovery import is_excluded
from s3lint.project.files import MAX_READ_BYTES
from s3lint.registry import registry
from s3lint.reports import Report, printable, renderer
from s3lint.runner.run import RunResult, check_all, no_progress
from s3lint.settings import Settings
from s3lint.source.text import Unreadable
from s3lint.support.bounded_read import read_bounded
from s3lint.support.clock import CLOCK
from s3lint.suppressions.directives import end_of, wrong_reason


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if options.timing:
        CLOCK.start(on=True)
    try:
        add_listed_paths(options)
        if options.since is not None and (options.fix or options.fix_only or options.diff):
            raise UsageError(
                "the command line: --since chooses what is reported; --fix and --diff change whole files: use one of them"
            )
        if options.explain is not None:
            return _explain(options)
        if options.show_files:
            from s3lint.cli.show_files import show_files

            return show_files(options)
        if options.fix or options.fix_only or options.diff or options.add_allow is not None:
            return _fix_files(options) if options.paths != [STDIN] else _fix_stdin(options)
        return _report(options)
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2


def _report(options: argparse.Namespace) -> int:
    with CLOCK.stage("finding files"):
        request = _request(options)
    outcome = _check(options, request, decide=True)
    with CLOCK.stage("report"):
        write_report(_rendered(outcome, options), options)
    _print_stale_baselines(outcome, options)
    _print_recording_problems(request, options)
    if options.timing:
        write_timing(CLOCK)
    return _exit_code(outcome.findings, outcome.errors, options)


def _exit_code(findings: list[Finding], errors: Iterable[str], options: argparse.Namespace) -> int:
    """Print the errors of a run and return its exit code: 2 with errors, 1 with findings, else 0."""
    for problem in registry().problems:
        print_error(f"warning: {problem}")
    messages = list(errors)
    for message in messages:
        print_error(message)
    if messages:
        return 2
    least = Severity[options.fail_on.upper()]
    return 1 if any(finding.severity >= least for finding in findings) and not options.exit_zero else 0


def _request(options: argparse.Namespace) -> RunRequest | None:
    """The files of a run; None if standard input is checked."""
    return run_request(options) if options.paths != [STDIN] else None


def _check(options: argparse.Namespace, request: RunRequest | None, *, decide: bool = False) -> RunResult:
    """Check the files of a run, or standard input. `decide`: the fixes of a part of a project are those that `--fix` makes."""
    if request is None:
        path, settings = _stdin_target(options)
        if settings.force_exclude and is_excluded(path, settings):
            return RunResult([], [], 0)
        from s3lint.linter.engine import Engine

        data = sys.stdin.buffer.read()
        findings, errors = Engine(settings).check(path, data)
        return _since(options, RunResult(findings, list(errors), 1), lambda _: settings, {path: data})
    if not request.files and options.files_from is None and not options.quiet:
        print_error("warning: No Python files found under the given paths (--show-files tells what was passed over)")
    watch = no_progress if options.quiet else with_progress
    outcome = check_all(request.files, job_count(options.jobs), watch, request.cache, request.context_files)
    if decide:
        outcome = with_decisions(outcome, request, job_count(options.jobs))
    own = {target.path: target.settings for target in request.files}
    return _since(options, outcome, own.__getitem__)


def _since(
    options: argparse.Namespace, outcome: RunResult, settings_of: SettingsOf, overlay: dict[Path, bytes] | None = None
) -> RunResult:
    """Keep the findings that the change since a revision brings, if `--since` asks for that. Raises `UsageError`."""
    if options.since is None:
        return outcome
    from s3lint.runner.since import Since  # with git and the baseline, which other runs do not need

    return replace(outcome, findings=Since(options.since).new(outcome.findings, settings_of, overlay))


def _stdin_target(options: argparse.Namespace) -> tuple[Path, Settings]:
    """The path that standard input is checked under, and its settings."""
    path = Path(os.path.abspath(options.stdin_filename or "stdin.py"))
    return path, settings_finder(options, setting_overrides(options), [path])(path)


def _fix_files(options: argparse.Namespace) -> int:
    """Check, write fixes or suppressions, then check again and report what is left."""
    from s3lint.cli.fix import allow_all, fix_all, fix_summary, reasons, write_diff
    from s3lint.support.cores import available_cores

    reason = _reason(options)
    request = run_request(options)
    outcome = _check(options, request)
    settings_of, write = settings_finder(options, setting_overrides(options), paths_of(options)), not options.diff
    if reason is not None:
        done = allow_all(outcome.findings, settings_of, reason, write=write)
    else:
        jobs = job_count(options.jobs) or available_cores()
        decide = partial(decided_settings, outcome=outcome, request=request, jobs=jobs)
        done = fix_all(outcome.findings, settings_of, decide, unsafe=options.unsafe_fixes, write=write, jobs=jobs)
    if options.diff:
        write_diff(done)
        return _exit_code(done.applied, [*outcome.errors, *done.errors], options)
    if done.applied:
        outcome = _check(options, _request(options))
    if not options.fix_only:
        write_report(_rendered(outcome, options), options)
        _print_stale_baselines(outcome, options)
    text = "\n".join(filter(None, [*(reasons(outcome.findings) if options.show_fixes else ()), fix_summary(done, options)]))
    if text and not options.quiet:
        # Other formats are read by programs: a sentence among them would break the report.
        print(text, file=sys.stdout if options.output_format in FOR_PEOPLE else sys.stderr)
    code = _exit_code([] if options.fix_only else outcome.findings, [*outcome.errors, *done.errors], options)
    return 1 if code == 0 and done.applied and options.exit_non_zero_on_fix and not options.exit_zero else code


def _fix_stdin(options: argparse.Namespace) -> int:
    """Write the fixed text to standard output; the text as it came if it cannot be fixed."""
    from s3lint.fixes.apply import Unsettled
    from s3lint.linter.engine import Engine
    from s3lint.linter.fix import fix_file
    from s3lint.suppressions.insert import allow_in_file

    reason = _reason(options)
    path, settings = _stdin_target(options)
    data = sys.stdin.buffer.read()
    if settings.force_exclude and is_excluded(path, settings):
        sys.stdout.buffer.write(data)
        return 0
    try:
        if reason is not None:
            fixed = allow_in_file(path, data, Engine(settings).check(path, data)[0], reason)
        else:
            fixed = fix_file(path, data, settings, unsafe=options.unsafe_fixes)
    except Unsettled as error:
        sys.stdout.buffer.write(data)
        return _exit_code([], [str(error)], options)
    sys.stdout.buffer.write(fixed.after)
    findings, errors = Engine(settings).check(path, fixed.after)
    code = _exit_code(findings, errors, options)
    return 1 if code == 0 and fixed.applied and options.exit_non_zero_on_fix and not options.exit_zero else code


def _reason(options: argparse.Namespace) -> str | None:
    """The reason given to `--add-allow`, if any. Raises `ConfigurationError` for one that a suppression comment cannot give."""
    if options.add_allow is None:
        return None
    if options.fix or options.fix_only:
        raise ConfigurationError("the command line: --add-allow and --fix exclude each other: fix first, then allow what is left")
    reason = " ".join(options.add_allow.split())
    problem = wrong_reason(reason)
    if problem is not None:
        raise ConfigurationError(f"the command line: --add-allow {problem}")
    end = end_of(reason)
    if end is not None and end < date.today():
        raise ConfigurationError(f"the command line: --add-allow: until={end} is past")
    return reason


def _explain(options: argparse.Namespace) -> int:
    """Print the inferred values of the storage calls on one line. Raises `ConfigurationError` and `UsageError`."""
    from s3lint.linter.engine import Engine
    from s3lint.linter.explain import explain, no_call, rows_of
    from s3lint.linter.observed_values import observed_values

    name, _, row = options.explain.rpartition(":")
    path = Path(os.path.abspath(name))
    if not name or not row.isdecimal():
        raise ConfigurationError(f"the command line: --explain takes FILE:LINE, not {options.explain!r}")
    engine = Engine(settings_finder(options, setting_overrides(options), [path])(path))
    seen = observed_values(engine.settings, path, int(row))
    try:
        found = explain(engine, path, read_bounded(path, MAX_READ_BYTES), int(row))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Unreadable as error:
        raise UsageError(f"{path}:{error.row}: {error.message}") from None
    lines = [line for explanation in found for line in rows_of(explanation, seen)] or [no_call(int(row))]
    print("\n".join(printable(line) for line in lines))
    return 0


def _rendered(outcome: RunResult, options: argparse.Namespace) -> RenderedReport:
    """Render what a run found in the format asked for."""
    findings, suppressions, errors = outcome.findings, tuple(outcome.suppressions), tuple(outcome.errors)
    baselined = tuple(outcome.baselined) if outcome.stale else None  # a run has an entry of `stale` for each baseline
    report = Report(findings, Path.cwd(), in_color(options), width_of(options), suppressions, errors, baselined)
    if options.statistics:
        text = statistics_as_json(findings) if options.output_format in ("json", "jsonl") else statistics(findings)
    else:
        text = renderer(options.output_format)(report)
    return RenderedReport(text, summary(outcome, options))


def _print_recording_problems(request: RunRequest | None, options: argparse.Namespace) -> None:
    """Say what of the recordings could not be used."""
    observing = {target.settings.root: target.settings for target in request.files if target.settings.observed} if request else {}
    if observing and not options.quiet:
        from s3lint.linter.recordings import recordings_of

        for settings in observing.values():
            for problem in recordings_of(settings).problems.values():
                print_error(f"warning: {problem}")


def _print_stale_baselines(outcome: RunResult, options: argparse.Namespace) -> None:
    """Name the baselines with entries that no finding matches. A run over some of the rules cannot tell, so it stays silent."""
    if options.quiet or setting_overrides(options).keys() - {"baseline", "force_exclude"}:
        return
    for path, stale in outcome.stale.items():
        if stale:
            entries = "1 entry is" if stale.total() == 1 else f"{stale.total()} entries are"
            print_error(f"{path}: {entries} stale: `s3lint baseline` removes entries of fixed findings")
