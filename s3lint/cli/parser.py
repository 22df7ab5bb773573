"""The commands and options of `s3lint`. Imports argparse alone: the module of a command is imported when it runs."""

from __future__ import annotations

import argparse
from functools import partial
from importlib import import_module

from s3lint import __version__

TYPE_CHECKING = False  # importing `typing` would take a third of the start-up
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    Command = Callable[[argparse.Namespace], int]

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson")


class Parser(argparse.ArgumentParser):
    """Names the nearest option or choice where one is misspelt."""

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """As `ArgumentParser` does, but with an error for an option that the command does not have."""
        known, rest = super().parse_known_args(args, namespace)
        unknown = next((text.partition("=")[0] for text in rest if text.startswith("-")), None)
        if unknown is not None:
            self.error(f"no option is called {unknown}{_did_you_mean(unknown, self._option_string_actions)}")
        return known, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        choices = list(map(str, action.choices or ()))
        if action.choices is not None and value not in action.choices:
            hint = _did_you_mean(str(value), choices) or f" (choose from {', '.join(choices)})"
            raise argparse.ArgumentError(action, f"invalid choice: {value!r}{hint}")


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(text, list(known), 1, 0.6)
    return f": did you mean {close[0]}?" if close else ""


def parser(arguments: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Build the parser, with the options of the command in `arguments` only (which is faster), or of all commands without `arguments`."""
    made = Parser(
        "s3lint", description="Checks how Python code uses AWS S3, DynamoDB references and Delta Lake against one storage standard."
    )
    made.add_argument("--version", action="version", version=f"s3lint {__version__}")
    _debug(made)
    made.set_defaults(run=partial(_help, made))
    commands = made.add_subparsers(title="commands", metavar="COMMAND", prog="s3lint")
    for name, text, options in (
        ("check", "check files and folders", _check),
        ("report", "write a report for people: compliance, suppressions, trend, findings", _report),
        ("rule", "show the page of a rule", _rule),
        ("standard", "show each sentence of the standard and the rules that enforce it", _standard),
        ("baseline", "record existing findings so that only new ones are reported", _baseline),
        ("waivers", "list the suppressions with their reasons, end dates, authors and ages", _waivers),
        ("config", "show each setting in force and where it comes from", _config),
        ("observe", "run a program and record its storage calls, for `s3lint check --observed`", _observe),
        ("spark", "check an organisation's repositories on Spark, and keep the results in Delta tables", _spark),
        ("clean", "delete the cached results of earlier runs", _clean),
        ("server", "serve an editor over standard input and output (the Language Server Protocol)", None),
        ("completion", "print the script that completes commands and options in a shell", _completion),
        ("version", "show the version", None),
    ):
        command = _command(commands, name, text)
        if options is not None and (arguments is None or name in arguments):
            options(command)
    return made


def _help(made: argparse.ArgumentParser, _: argparse.Namespace) -> int:
    """Show the help where no command was given, which is wrong usage."""
    made.print_help()
    return 2


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    made.set_defaults(run=_lazily(name))
    _debug(made)
    return made


def _debug(made: argparse.ArgumentParser) -> None:
    # Suppressed defaults, so that the command's own does not overwrite what stands before the command.
    made.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback of an internal error")


def _lazily(name: str) -> Command:
    """The function that imports a command's module, without collections of what stays anyway, and runs it."""

    def run(options: argparse.Namespace) -> int:
        from s3lint.support.interpreter import paused_collector

        with paused_collector():
            command: Command = import_module(f"s3lint.cli.{name}").run
        return command(options)

    return run


def _paths_and_rules(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input (default: .)")
    _rules(made)


def _rules(made: argparse.ArgumentParser) -> None:
    rules = made.add_argument_group("rules")
    for name, text in (
        ("select", "report only these codes, prefixes of codes (STO5) or names, comma-separated"),
        ("extend-select", "report these too"),
        ("ignore", "report none of these"),
    ):
        rules.add_argument(f"--{name}", metavar="RULES", action="append", help=text)
    rules.add_argument("--profile", choices=("default", "strict", "preview"), help="the set of rules that is enabled")
    rules.add_argument(
        "--min-confidence",
        choices=("low", "medium", "high"),
        help="the least confidence of a finding to be reported (default: medium)",
    )
    rules.add_argument("--lint-tests", action="store_true", default=None, help="check tests with every rule")


def _check(made: argparse.ArgumentParser) -> None:
    _paths_and_rules(made)
    _fixes(made)
    _output(made)
    files = _files(made)
    files.add_argument("--stdin-filename", metavar="NAME", help="the file name to assume for standard input")
    files.add_argument(
        "--files-from",
        metavar="FILE",
        help="check the files that this file lists, one a line (-: standard input); none if it is empty",
    )
    files.add_argument(
        "--since", "--diff-base", metavar="REVISION", help="report only findings that the change since this git revision introduces"
    )
    files.add_argument(
        "--observed", metavar="FILE", action="append", default=[], help="judge the storage calls that `s3lint observe` recorded too"
    )


def _fixes(made: argparse.ArgumentParser) -> None:
    fixes = made.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="apply safe fixes")
    fixes.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: apply unsafe fixes too, which need a follow-up"
    )
    fixes.add_argument("--diff", action="store_true", help="print the changes that --fix would make, and write nothing")
    fixes.add_argument("--fix-only", action="store_true", help="apply fixes and do not report remaining findings")
    fixes.add_argument("--show-fixes", action="store_true", help="list the applied fixes")
    fixes.add_argument(
        "--exit-non-zero-on-fix", action="store_true", help="exit with 1 if a fix was applied, even if no finding is left"
    )
    fixes.add_argument("--add-allow", metavar="REASON", help="insert a comment that suppresses each finding, with this reason")


def _output(made: argparse.ArgumentParser) -> None:
    output = made.add_argument_group("output")
    output.add_argument("--output-format", choices=FORMATS, default="text", help="the format of the report (default: text)")
    output.add_argument("--output-file", metavar="FILE", help="write the report to this file")
    output.add_argument("--statistics", action="store_true", help="print the number of findings of each rule")
    output.add_argument(
        "--explain", metavar="FILE:LINE", help="print the values s3lint inferred for the storage calls on a line, and stop"
    )
    output.add_argument(
        "--show-files", action="store_true", help="list the files that are checked and why others are not, and stop"
    )
    output.add_argument("--timing", action="store_true", help="print on standard error the CPU time of each stage and rule")
    output.add_argument(
        "--fail-on",
        choices=("info", "warning", "error"),
        default="info",
        help="exit with 1 only for findings of at least this severity (default: info, so for any)",
    )
    output.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    output.add_argument("--quiet", "-q", action="store_true", help="print nothing but the findings")
    output.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="whether to colour the report (default: auto)"
    )


def _files(made: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    files = made.add_argument_group("files")
    files.add_argument(
        "--force-exclude", action="store_true", default=None, help="apply exclude to files named on the command line too"
    )
    files.add_argument("--baseline", metavar="FILE", help="the baseline: findings recorded in this file are not reported")
    _configuration(files)
    _running(files)
    return files


def _running(made: argparse._ActionsContainer) -> None:
    made.add_argument("--jobs", "-j", metavar="N", help="the number of processes (default: the available cores)")
    made.add_argument("--no-cache", action="store_true", help="neither read nor write cached results")
    _cache_folder(made)


def _cache_folder(made: argparse._ActionsContainer) -> None:
    made.add_argument(
        "--cache-dir", metavar="FOLDER", help="the folder of the cache (default: one for each project in the user's cache folder)"
    )


def _configuration(made: argparse._ActionsContainer) -> None:
    made.add_argument(
        "--config", metavar="FILE|KEY=VALUE", action="append", default=[], help="a configuration file, or one setting"
    )
    made.add_argument("--isolated", action="store_true", help="read no configuration file")


def _baseline(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: .)")
    made.add_argument("--grow", action="store_true", help="add new findings too; without it an existing baseline only shrinks")
    made.add_argument("--check", action="store_true", help="write nothing, and exit with 1 if the baseline is not up to date")
    made.add_argument("--baseline", metavar="FILE", help="the baseline file (default: the setting, else .s3lint-baseline.json)")
    _configuration(made)
    _running(made)


def _waivers(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: .)")
    made.add_argument(
        "--ending", metavar="DAYS", help="list only those that have ended, or end within so many days or weeks: 30d, 4w"
    )
    made.add_argument("--owner", metavar="NAME", help="list only those in files of this owner, by CODEOWNERS")
    made.add_argument("--fail", action="store_true", help="exit with 1 if any are listed")
    _configuration(made)
    _running(made)
    made.add_argument("--output-format", choices=("text", "json"), default="text", help="the format of the output (default: text)")


def _completion(made: argparse.ArgumentParser) -> None:
    made.add_argument("shell", choices=("bash", "zsh", "tcsh"), metavar="SHELL", help="bash, zsh or tcsh")


def _clean(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders of the projects whose cache is deleted (default: .)"
    )
    _configuration(made)
    _cache_folder(made)


def _config(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "path", nargs="?", metavar="PATH", default=".", help="the file or folder whose settings are shown (default: .)"
    )
    _configuration(made)
    made.add_argument("--schema", action="store_true", help="print the JSON schema of the table, and stop")
    made.add_argument("--output-format", choices=("text", "json"), default="text", help="the format of the output (default: text)")


def _report(made: argparse.ArgumentParser) -> None:
    _paths_and_rules(made)
    output = made.add_argument_group("output")
    output.add_argument("--html", metavar="FILE", help="write the report as one self-contained page for a browser")
    output.add_argument("--json", metavar="FILE", help="write the findings and the date, for the trend of later reports")
    output.add_argument("--csv", metavar="FILE", help="write a table of all findings with state and owners, for spreadsheets")
    output.add_argument(
        "--earlier", metavar="FILE", nargs="+", default=[], help="earlier reports in JSON, for a trend and what is new"
    )
    output.add_argument(
        "--repository-url",
        metavar="URL",
        help="the address of the repository, for links to the source (default: where its remote leads)",
    )
    output.add_argument("--quiet", "-q", action="store_true", help="print nothing")
    _files(made)


def _spark(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--source", metavar="PLACE", required=True, help="a folder of bare git mirrors, or a Delta or Parquet table of files"
    )
    made.add_argument("--source-format", choices=("git", "delta", "parquet"), help="the kind of source (default: detected)")
    made.add_argument(
        "--commits",
        choices=("newest", "every"),
        default="newest",
        help="which commits since the last run to check (default: newest)",
    )
    made.add_argument(
        "--target",
        metavar="PLACE",
        required=True,
        help="the Delta table of findings; the names of the other tables begin with its name",
    )
    made.add_argument("--teams", metavar="FILE", help="a CSV file with the columns repository and team")
    _rules(made)
    output = made.add_argument_group("output")
    output.add_argument("--patches", metavar="FOLDER", help="write a diff for each repository and rule")
    output.add_argument("--unsafe-fixes", action="store_true", help="with --patches: include unsafe fixes, which need a follow-up")
    output.add_argument("--html", metavar="FILE", help="write one page for a browser: teams, rules, weeks and the first findings")
    output.add_argument("--maintain", action="store_true", help="compact the tables and delete files that no reader needs")
    _configuration(made)


def _rule(made: argparse.ArgumentParser) -> None:
    made.add_argument("rule", nargs="?", metavar="CODE|NAME", help="the rule to show; without it, list every rule")
    made.add_argument("--all", action="store_true", help="list every rule, one line each")
    made.add_argument("--output-format", choices=("text", "json"), default="text", help="the format of the output (default: text)")


def _standard(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "path", nargs="?", metavar="PATH", default=".", help="the file or folder whose rules and settings are shown (default: .)"
    )
    _configuration(made)
    made.add_argument(
        "--output-format",
        choices=("text", "markdown", "mdc", "json"),
        default="text",
        help="text; markdown or mdc (a rule file of Cursor) with the rules and settings of the project, for whoever writes code; json",
    )


def _observe(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--output",
        metavar="FILE",
        default="s3lint-observed.jsonl",
        help="append the calls to this file (default: s3lint-observed.jsonl)",
    )
    made.add_argument("--redact", action="store_true", help="mask the letters and digits of keys")
    made.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND …", help="the program, with its arguments")
