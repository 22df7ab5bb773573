"""`s3lint server`."""

from __future__ import annotations

import argparse
import sys


def run(options: argparse.Namespace) -> int:
    try:
        from s3lint.lsp import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        print("s3lint: the server needs pygls: python -m pip install 's3lint[lsp]'", file=sys.stderr)
        return 2
    serve()
    return 0
