"""Replay the previous report if no input has changed. Imported by every `s3lint check`, so it stays light."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from s3lint.cli.output import RenderedReport, in_color, width_of
from s3lint.cli.request import RunRequest


def replay(request: RunRequest, options: argparse.Namespace) -> RenderedReport | None:
    """The report of an equal run over the same files; None if there was none or an input has changed."""
    stored = request.cache.run(_key(options), request.all) if request.cache is not None and request.files else None
    try:
        return RenderedReport(*json.loads(stored)) if stored is not None else None
    except (ValueError, TypeError):  # a row of another form counts as missing
        return None


def store(report: RenderedReport, request: RunRequest, options: argparse.Namespace) -> None:
    """Keep a report for the next run. A run with a baseline is not kept: the cache does not track the files that a baseline names."""
    if request.cache is not None and all(target.settings.baseline is None for target in request.files):
        request.cache.keep_run(_key(options), request.all, json.dumps(report))


def _key(options: argparse.Namespace) -> str:
    """Everything that a report depends on other than the files and their settings."""
    return json.dumps([options.output_format, options.statistics, in_color(options), width_of(options), str(Path.cwd())])
