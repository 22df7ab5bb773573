"""What the command says to people beside its reports."""

from __future__ import annotations

import sys
from contextlib import suppress


def complain(message: object) -> None:
    """One line on standard error, as long as that is open. File names and code in it cannot drive a terminal."""
    from s3lint.reports import printable

    with suppress(OSError):
        print(f"s3lint: {printable(str(message))}", file=sys.stderr)
