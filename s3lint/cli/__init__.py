"""The command `s3lint`: one module for each subcommand, imported when it runs. Nothing outside of this package imports it."""

from __future__ import annotations

import gc
import sys

from s3lint.cli.parser import parser

TYPE_CHECKING = False  # importing `typing` would take a third of the start-up
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
"""The exit code that shells give a program ended by Ctrl-C: 128 + SIGINT."""

FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 clean, 1 findings, 2 wrong usage or configuration, 130 interrupted."""
    _open_streams()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        options = parser(given).parse_args(given)
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except RuntimeError as error:
        # Before Python 3.12 an exception raised while a class body runs, as when libcst is imported, becomes the cause of a RuntimeError.
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, such as `head`, has what it wants: that is no failure.
        _silence_output()
        return 0
    except OSError as error:
        _silence_output()
        return _failed(error)
    return code


def _open_streams() -> None:
    """Open standard streams on the null device if the parent process closed them, for which Python has None."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _failed(error: OSError) -> int:
    """Report an error that no command caught: those handle their files, so this one concerns standard output or the machine."""
    from s3lint.cli.output import print_error

    print_error(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}")
    return FAILED


def _silence_output() -> None:
    """Point standard output to the null device, so that the flush at exit does not fail again."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def entry_point() -> None:
    """Run the command and exit the process."""
    code = main()
    if code == INTERRUPTED and "s3lint.support.workers" in sys.modules:
        from s3lint.support.workers import abandon

        abandon(code)
    gc.freeze()  # Spares the interpreter its last collection at exit.
    sys.exit(code)
