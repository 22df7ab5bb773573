"""`s3lint check` where nothing has changed since it was typed before: it says what it said then. All else is left to `check`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from s3lint.cli.asked import STDIN
from s3lint.cli.output import Said, in_color, put, width_of
from s3lint.cli.request import Asked, asked_for
from s3lint.cli.saying import complain
from s3lint.config.load import ConfigurationError
from s3lint.project.targets import Missing


def run(options: argparse.Namespace) -> int:
    asked = None
    try:
        if _may_repeat(options):
            asked = asked_for(options)
            said = _said_before(asked, options)
            if said is not None:
                put(said, options)
                return 1 if said.found and not options.exit_zero else 0
    except (ConfigurationError, Missing) as error:
        complain(error)
        return 2
    from s3lint.cli import check_run

    return check_run.run(options, asked)


def _may_repeat(options: argparse.Namespace) -> bool:
    """Fixes and explanations are always made anew."""
    if options.explain is not None or options.timing or options.no_cache or options.paths == [STDIN]:
        return False
    return not (options.fix or options.fix_only or options.diff or options.add_allow is not None)


def remember(said: Said, asked: Asked, options: argparse.Namespace) -> None:
    """Keeps what a run said for the next one. What a baseline leaves out depends on files that it names, and is found out each time."""
    if asked.cache is not None and all(target.settings.baseline is None for target in asked.files):
        asked.cache.keep_run(_name(options), asked.all, json.dumps(said))


def _said_before(asked: Asked, options: argparse.Namespace) -> Said | None:
    said = asked.cache.run(_name(options), asked.all) if asked.cache is not None and asked.files else None
    return Said(*json.loads(said)) if said is not None else None


def _name(options: argparse.Namespace) -> str:
    """All that a report depends on besides what is checked."""
    return json.dumps([options.output_format, options.statistics, in_color(options), width_of(options), str(Path.cwd())])
