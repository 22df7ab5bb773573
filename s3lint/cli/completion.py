"""`s3lint completion`: print the script that completes commands and options in a shell. Needs the extra `completion`."""

from __future__ import annotations

import argparse

from s3lint.cli.output import print_error
from s3lint.cli.parser import parser


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 2 where shtab is not installed."""
    try:
        import shtab
    except ImportError:
        print_error("completion needs shtab: python -m pip install 's3lint[completion]'")
        return 2
    print(shtab.complete(parser(), options.shell))
    return 0
