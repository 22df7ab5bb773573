"""`python -m s3lint.observe [--output FILE] SCRIPT|-m MODULE [ARGUMENT…]`: run a program in this process and record its storage calls."""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path

from .observing import observing


def main(arguments: list[str] | None = None) -> None:
    """Run the program under its own arguments, as `python` does."""
    parser = argparse.ArgumentParser(prog="python -m s3lint.observe", description=(__doc__ or "").partition(": ")[2])
    parser.add_argument(
        "--output", metavar="FILE", default="s3lint-observed.jsonl", help="append the calls to FILE (default: %(default)s)"
    )
    parser.add_argument("--redact", action="store_true", help="mask letters and digits of keys")
    parser.add_argument("-m", dest="module", metavar="MODULE", help="run a module, as python -m does")
    parser.add_argument("program", nargs=argparse.REMAINDER, metavar="SCRIPT [ARGUMENT…]")
    options = parser.parse_args(arguments)
    if options.module is None and not options.program:
        parser.error("name the script to run")
    if options.module is None and not Path(options.program[0]).exists():
        parser.error(f"{options.program[0]}: no such script")
    with observing(options.output, redact=options.redact):
        if options.module is not None:
            sys.argv = [options.module, *options.program]
            sys.path.insert(0, str(Path.cwd()))
            runpy.run_module(options.module, run_name="__main__", alter_sys=True)
        else:
            sys.argv = list(options.program)
            sys.path.insert(0, str(Path(options.program[0]).resolve().parent))
            runpy.run_path(options.program[0], run_name="__main__")


if __name__ == "__main__":
    main()
