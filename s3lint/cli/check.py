"""`s3lint check`: replay the report of an unchanged run, else hand over to `check_run`, which imports the linter."""

from __future__ import annotations

import argparse

from s3lint.cli import last_run
from s3lint.cli.output import print_error, write_report
from s3lint.cli.request import STDIN, run_request
from s3lint.config.load import ConfigurationError
from s3lint.project.targets import UsageError


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    request = None
    try:
        if _may_replay(options):
            request = run_request(options)
            report = last_run.replay(request, options)
            if report is not None:
                write_report(report, options)
                return 1 if report.has_findings and not options.exit_zero else 0
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2
    # Imported here: it takes the rules and the engine with it, which a replay does not need.
    from s3lint.cli import check_run

    return check_run.run(options, request)


def _may_replay(options: argparse.Namespace) -> bool:
    """Whether a stored report may answer. Fixes, explanations and timings are made anew each time."""
    if options.explain is not None or options.show_files or options.timing or options.no_cache or options.paths == [STDIN]:
        return False
    return not (options.fix or options.fix_only or options.diff or options.add_allow is not None)
