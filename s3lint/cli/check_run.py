"""`s3lint check`."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from s3lint.cli import timing
from s3lint.cli.asked import STDIN, changes_of, jobs_of, settings_finder
from s3lint.cli.last_run import remember
from s3lint.cli.output import Said, in_color, put, width_of
from s3lint.cli.progress import watched
from s3lint.cli.request import Asked, asked_for
from s3lint.cli.saying import complain
from s3lint.config.load import ConfigurationError
from s3lint.finding import Finding
from s3lint.linter.engine import Engine
from s3lint.project.targets import Missing
from s3lint.registry import registry, rules
from s3lint.reports import Report, printable, renderer
from s3lint.runner.run import Outcome, check_all, unwatched
from s3lint.source.text import Unreadable
from s3lint.support.clock import CLOCK
from s3lint.support.workers import available_cores
from s3lint.suppressions.comments import wrong_reason


def run(options: argparse.Namespace, asked: Asked | None = None) -> int:
    """`asked` are the files of the run, where somebody has already looked for them."""
    if options.timing:
        CLOCK.start(on=True)
    try:
        if options.explain is not None:
            return _explain(options)
        if options.fix or options.fix_only or options.diff or options.add_allow is not None:
            return _fixed(options)
        with CLOCK.stage("finding files"):
            asked = asked or _asked(options)
        outcome = _checked(options, asked)
        with CLOCK.stage("report"):
            said = _said(outcome, options)
            put(said, options)
        write_stale(outcome, options)
        if asked is not None and not outcome.errors and not registry().problems:
            remember(said, asked, options)
    except (ConfigurationError, Missing) as error:
        complain(error)
        return 2
    if options.timing:
        timing.write(CLOCK)
    return _ended(outcome.findings, outcome.errors, options)


def _ended(findings: list[Finding], errors: Iterable[str], options: argparse.Namespace) -> int:
    for problem in registry().problems:
        complain(f"warning: {problem}")
    failed = list(errors)
    for message in failed:
        complain(message)
    if failed:
        return 2
    return 1 if findings and not options.exit_zero else 0


def _fixed(options: argparse.Namespace) -> int:
    from s3lint.cli.fix import allow_all, fix_all, summary, write_diff

    reason = _reason(options)
    if options.paths == [STDIN]:
        return _fix_stdin(options)
    outcome = _checked(options, _asked(options))
    paths = [Path(os.path.abspath(path)) for path in options.paths or ["."]]
    finder, write, jobs = settings_finder(options, changes_of(options), paths), not options.diff, jobs_of(options.jobs)
    if reason is not None:
        done = allow_all(outcome.findings, finder, reason, write=write)
    else:
        done = fix_all(outcome.findings, finder, unsafe=options.unsafe_fixes, write=write, jobs=jobs or available_cores())
    if options.diff:
        write_diff(done)
        return _ended(done.applied, [*outcome.errors, *done.errors], options)
    if done.applied:
        outcome = _checked(options, _asked(options))
    if not options.fix_only:
        put(_said(outcome, options), options)
        write_stale(outcome, options)
    said = summary(done, options)
    if said and not options.quiet:
        print(said, file=sys.stderr if options.output_format != "text" else sys.stdout)
    return _ended([] if options.fix_only else outcome.findings, [*outcome.errors, *done.errors], options)


def _reason(options: argparse.Namespace) -> str | None:
    """The reason of `--add-allow`. Raises `ConfigurationError` for one that no suppression could give."""
    if options.add_allow is None:
        return None
    if options.fix or options.fix_only:
        raise ConfigurationError("the command line: --add-allow and --fix exclude each other: fix first, then allow what is left")
    reason = " ".join(options.add_allow.split())
    problem = wrong_reason(reason)
    if problem is not None:
        raise ConfigurationError(f"the command line: --add-allow {problem}")
    return reason


def _fix_stdin(options: argparse.Namespace) -> int:
    from s3lint.linter.fix import Unsettled, allow_in_file, fix_file

    path = Path(os.path.abspath(options.stdin_filename or "stdin.py"))
    settings = settings_finder(options, changes_of(options), [path])(path)
    data = sys.stdin.buffer.read()
    reason = _reason(options)
    try:
        if reason is not None:
            fixed = allow_in_file(path, data, Engine(settings).check(path, data)[0], reason)
        else:
            fixed = fix_file(path, data, settings, unsafe=options.unsafe_fixes)
    except Unsettled as error:
        sys.stdout.buffer.write(data)
        return _ended([], [str(error)], options)
    sys.stdout.buffer.write(fixed.after)
    findings, errors = Engine(settings).check(path, fixed.after)
    return _ended(findings, errors, options)


def _asked(options: argparse.Namespace) -> Asked | None:
    """The files of a run; None where standard input is checked."""
    return asked_for(options) if options.paths != [STDIN] else None


def _checked(options: argparse.Namespace, asked: Asked | None) -> Outcome:
    if asked is None:
        return _check_stdin(options, changes_of(options))
    jobs = jobs_of(options.jobs)
    watch = unwatched if options.quiet else watched
    return check_all(asked.files, jobs, watch, asked.cache, asked.company)


def _check_stdin(options: argparse.Namespace, changes: dict[str, Any]) -> Outcome:
    path = Path(os.path.abspath(options.stdin_filename or "stdin.py"))
    settings = settings_finder(options, changes, [path])(path)
    findings, errors = Engine(settings).check(path, sys.stdin.buffer.read())
    return Outcome(findings, list(errors), 1)


def _explain(options: argparse.Namespace) -> int:
    from s3lint.linter.explain import explain, no_call, rows_of

    name, _, row = options.explain.rpartition(":")
    path = Path(os.path.abspath(name))
    if not name or not row.isdecimal():
        raise ConfigurationError(f"the command line: --explain takes FILE:LINE, not {options.explain!r}")
    engine = Engine(settings_finder(options, changes_of(options), [path])(path))
    try:
        found = explain(engine, path, path.read_bytes(), int(row))
    except OSError as error:
        raise Missing(f"{path}: cannot be read: {error.strerror or error}") from None
    except Unreadable as error:
        raise Missing(f"{path}:{error.row}: {error.message}") from None
    lines = [line for explanation in found for line in rows_of(explanation)] or [no_call(int(row))]
    print("\n".join(printable(line) for line in lines))
    return 0


def _said(outcome: Outcome, options: argparse.Namespace) -> Said:
    findings, waivers, errors = outcome.findings, tuple(outcome.waivers), tuple(outcome.errors)
    made = Report(findings, Path.cwd(), in_color(options), width_of(options), waivers, errors)
    text = _statistics(findings) if options.statistics else renderer(options.output_format)(made)
    return Said(text, _summary(findings, outcome.known), bool(findings))


def write_stale(outcome: Outcome, options: argparse.Namespace) -> None:
    """Names the baselines that hold more than there is. A run over some of the rules cannot tell."""
    if options.quiet or changes_of(options).keys() - {"baseline", "force_exclude"}:
        return
    for path, stale in outcome.stale.items():
        if stale:
            many = f"{stale.total()} entries are" if stale.total() > 1 else "1 entry is"
            complain(f"{path}: {many} stale: `s3lint baseline` removes what is fixed")


def _statistics(findings: list[Finding]) -> str:
    counts = Counter(finding.code for finding in findings)
    width = len(str(max(counts.values(), default=0)))
    return "\n".join(f"{count:{width}}  {code}  {rules()[code].name}" for code, count in sorted(counts.items()))


def _summary(findings: list[Finding], known: int) -> str:
    """How many findings there are, and how many a baseline holds besides."""
    besides = f" {known} more in the baseline." if known else ""
    if not findings:
        return f"No findings.{besides}"
    count = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    files = len({finding.path for finding in findings})
    return f"\n{count} in {files} file{'s' if files > 1 else ''}.{besides}"
