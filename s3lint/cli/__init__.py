"""The command `s3lint`."""

from __future__ import annotations

import gc
import sys

from s3lint.cli.parser import parser

TYPE_CHECKING = False  # importing `typing` would take a third of the start-up
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
TROUBLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code: 0 clean, 1 findings, 2 wrong usage or configuration."""
    _open_streams()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        options = parser(given).parse_args(given)
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except RuntimeError as error:
        # Before Python 3.12 whatever is raised while a class is made, such as when libcst is imported, is the cause of another error.
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        return INTERRUPTED
    except BrokenPipeError:
        _silence_output()
        return 0
    except OSError as error:
        _silence_output()
        return _failed(error)
    return code


def _open_streams() -> None:
    """Python has none where whoever starts it closes them."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _failed(error: OSError) -> int:
    """What reads and writes files tells of their errors itself, so this is one of the output, or of the machine."""
    from s3lint.cli.saying import complain

    complain(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}")
    return TROUBLE


def _silence_output() -> None:
    """Whoever read our output is gone: nothing more is written, not even at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def entry_point() -> None:
    code = main()
    if code == INTERRUPTED and "s3lint.support.workers" in sys.modules:
        from s3lint.support.workers import abandon

        abandon(code)
    gc.freeze()  # An interpreter that ends looks through all objects once more.
    sys.exit(code)
