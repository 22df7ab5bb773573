"""`s3lint version`."""

from __future__ import annotations

import argparse

from s3lint import __version__


def run(options: argparse.Namespace) -> int:
    print(f"s3lint {__version__}")
    return 0
