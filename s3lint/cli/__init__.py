"""The command `s3lint`: one module for each subcommand, imported when it runs. Nothing outside of this package imports it."""

from __future__ import annotations

import gc
import io
import sys

from s3lint import REPOSITORY
from s3lint.cli.parser import parser

TYPE_CHECKING = False  # importing `typing` would take a third of the start-up
if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

INTERRUPTED = 130
"""The exit code that shells give a program ended by Ctrl-C: 128 + SIGINT."""

FAILED = 2

ESCAPES = "s3lint.escapes"
"""The name of `_escaped` among Python's handlers of encoding errors."""


ISSUES = f"{REPOSITORY}/issues"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 clean, 1 findings, 2 wrong usage or configuration, 130 interrupted."""
    _open_streams()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, such as `head`, has what it wants: that is no failure.
        _silence_output()
        return 0
    except OSError as error:
        _silence_output()
        return _failed(error)
    except Exception as error:
        # Before Python 3.12 an exception raised while a class body runs, as when libcst is imported, becomes the cause of a RuntimeError.
        return INTERRUPTED if isinstance(error.__cause__, KeyboardInterrupt) else _report_bug(error, debug="--debug" in given)


def _run(given: Sequence[str]) -> int:
    named = _file_named_as_option(given)
    if named is not None:
        from s3lint.cli.output import print_error

        print_error(f"{named} is an option, and a file has that name: put -- before the paths, or name the file ./{named}")
        return FAILED
    options = parser(given).parse_args(given)
    code: int = options.run(options)
    sys.stdout.flush()
    return code


def _file_named_as_option(given: Sequence[str]) -> str | None:
    """Return the first argument that is read as an option although there is a file of that name, if any. `--` tells them apart.

    pre-commit, xargs and `*` put names of files among the options: a file called `--exit-zero` would hide every finding.
    """
    import os

    if "--" in given and not os.path.lexists("--"):
        return None
    return next((each for each in given if each.startswith("-") and os.path.lexists(each)), None)


def _report_bug(error: Exception, *, debug: bool) -> int:
    """Print one line about an unexpected exception; with `debug` its traceback first."""
    from s3lint.cli.output import print_error

    if debug:
        import traceback

        traceback.print_exc()
    text = " ".join(str(error).split())[:200]
    print_error(
        f"internal error: {type(error).__name__}{f': {text}' if text else ''}. Please report it at {ISSUES} (--debug: details)"
    )
    return FAILED


def _open_streams() -> None:
    """Prepare the standard streams for any text and any parent.

    Characters that an output cannot hold are written as escapes. Streams that the parent process closed, for which Python has None, lead to
    the null device.
    """
    import codecs
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    codecs.register_error(ESCAPES, _escaped)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # With `python -u` the buffer is the file itself.
        if sys.stdout is sys.__stdout__ and type(getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)) is io.FileIO:
            sys.stdout = _outlasting_its_reader(sys.stdout)
        sys.stdout.reconfigure(errors=ESCAPES)


class _Output(io.FileIO):
    """Standard output. What is left to write when its reader, such as `head`, has gone is dropped: the run goes on to its exit code."""

    def write(self, data: Buffer) -> int:
        """Write bytes, if somebody reads them."""
        try:
            return super().write(data)
        except BrokenPipeError:
            _silence_output()
            return memoryview(data).nbytes


def _outlasting_its_reader(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """Return a stream that writes to the same file, and never raises `BrokenPipeError`."""
    stream.flush()
    output = _Output(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(output) if isinstance(stream.buffer, io.BufferedWriter) else output,
        stream.encoding,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""Write characters as `\u00e9`, in UTF-16 as JSON has them: its reports stay valid in any encoding."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)), error.end


def _failed(error: OSError) -> int:
    """Report an error that no command caught: those handle their files, so this one concerns standard output or the machine."""
    from s3lint.cli.output import print_error

    print_error(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}")
    return FAILED


def _silence_output() -> None:
    """Drop what is left to write to standard output."""
    from s3lint.cli.output import silence

    silence(sys.stdout)


def entry_point() -> None:
    """Run the command and exit the process."""
    code = main()
    if code == INTERRUPTED and "s3lint.support.workers" in sys.modules:
        from s3lint.support.workers import abandon

        abandon(code)
    gc.freeze()  # Spares the interpreter its last collection at exit.
    sys.exit(code)
