"""The command `s3lint`."""

from __future__ import annotations

import sys

from s3lint.faces.command.options import parser

TYPE_CHECKING = False  # importing `typing` would take a third of the start-up
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
TROUBLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code: 0 clean, 1 findings, 2 wrong usage or configuration."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(given).parse_args(given)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _silence_output()
        return 0
    return code


def _silence_output() -> None:
    """Whoever read our output is gone: nothing more is written, not even at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def entry_point() -> None:
    sys.exit(main())
