"""`s3lint version`: show the version."""

from __future__ import annotations

import argparse

from s3lint import __version__


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    print(f"s3lint {__version__}")
    return 0
