"""`s3lint server`: serve an editor over standard input and output."""

from __future__ import annotations

import argparse
import sys


def run(options: argparse.Namespace) -> int:
    """Run until the client disconnects. Return 2 if the extra `lsp` is not installed, or if the client sends what is no message."""
    try:
        from s3lint.lsp import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        print("s3lint: the server needs pygls: python -m pip install 's3lint[lsp]'", file=sys.stderr)
        return 2
    return serve()
