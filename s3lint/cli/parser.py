"""What can be typed behind `s3lint`. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import argparse
from importlib import import_module

from s3lint import __version__

TYPE_CHECKING = False  # importing `typing` would take a third of the start-up
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Command = Callable[[argparse.Namespace], int]

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit")


def parser(arguments: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """With the options of that command alone which the arguments name; of all without arguments."""
    made = argparse.ArgumentParser(
        "s3lint", description="Checks how Python code uses AWS S3, DynamoDB references and Delta Lake against one storage standard."
    )
    made.add_argument("--version", action="version", version=f"s3lint {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True, prog="s3lint")
    for name, text, options in (
        ("check", "check files and folders", _check),
        ("report", "write a report for people: compliance, waivers, trend, findings", _report),
        ("rule", "show the page of a rule", _rule),
        ("standard", "show each sentence of the standard and the rules that enforce it", _standard),
        ("baseline", "write down the findings that there are, so that only new ones are reported", _baseline),
        ("waivers", "list the suppressions with their reasons, ends, authors and ages", _waivers),
        ("config", "show each setting in force and where it comes from", _config),
        ("spark", "check an organisation's repositories on Spark, and keep the results in Delta tables", _spark),
        ("clean", "forget the results of earlier runs", _clean),
        ("server", "serve an editor over standard input and output (the Language Server Protocol)", None),
        ("version", "show the version", None),
    ):
        command = _command(commands, name, text)
        if options is not None and (arguments is None or name in arguments):
            options(command)
    return made


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    made.set_defaults(run=_lazily(name))
    return made


def _lazily(name: str) -> Command:
    def run(options: argparse.Namespace) -> int:
        command: Command = import_module(f"s3lint.cli.{name}").run
        return command(options)

    return run


def _what(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input (default: .)")
    _rules(made)


def _rules(made: argparse.ArgumentParser) -> None:
    rules = made.add_argument_group("rules")
    for name, text in (
        ("select", "only these codes, beginnings of codes (STO5) or names, comma-separated"),
        ("extend-select", "these too"),
        ("ignore", "none of these"),
    ):
        rules.add_argument(f"--{name}", metavar="RULES", action="append", help=text)
    rules.add_argument("--profile", choices=("default", "strict"), help="which rules are on")
    rules.add_argument("--min-confidence", choices=("low", "medium", "high"), help="how sure a finding must be (default: medium)")
    rules.add_argument("--lint-tests", action="store_true", default=None, help="check tests with every rule")


def _check(made: argparse.ArgumentParser) -> None:
    made.set_defaults(run=_lazily("last_run"))
    _what(made)
    fixes = made.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="apply safe fixes")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: fixes too after which somebody must act")
    fixes.add_argument("--diff", action="store_true", help="print what --fix would change, and change nothing")
    fixes.add_argument("--fix-only", action="store_true", help="apply fixes and report nothing that is left")
    fixes.add_argument("--show-fixes", action="store_true", help="say what each fix did")
    fixes.add_argument("--add-allow", metavar="REASON", help="write a comment that allows each finding, with this reason")
    output = made.add_argument_group("output")
    output.add_argument("--output-format", choices=FORMATS, default="text", help="how findings are written (default: text)")
    output.add_argument("--output-file", metavar="FILE", help="write the report to a file")
    output.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    output.add_argument("--explain", metavar="FILE:LINE", help="say what is believed about the storage calls on a line, and stop")
    output.add_argument("--timing", action="store_true", help="say on standard error where the time went, by stage and rule")
    output.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    output.add_argument("--quiet", "-q", action="store_true", help="print the findings and nothing else")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    _files(made).add_argument("--stdin-filename", metavar="NAME", help="the name of what standard input holds")


def _files(made: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    files = made.add_argument_group("files")
    files.add_argument("--force-exclude", action="store_true", default=None, help="exclude also files that are named")
    files.add_argument("--baseline", metavar="FILE", help="the file of known findings, which are not reported")
    _configuration(files)
    _running(files)
    return files


def _running(made: argparse._ActionsContainer) -> None:
    made.add_argument("--jobs", "-j", metavar="N", help="processes (default: the cores that may be used)")
    made.add_argument("--no-cache", action="store_true", help="look at every file again, and remember nothing")
    _cache_folder(made)


def _cache_folder(made: argparse._ActionsContainer) -> None:
    made.add_argument(
        "--cache-dir", metavar="FOLDER", help="where results are remembered (default: .s3lint_cache at the project's root)"
    )


def _configuration(made: argparse._ActionsContainer) -> None:
    made.add_argument(
        "--config", metavar="FILE|KEY=VALUE", action="append", default=[], help="a configuration file, or one setting"
    )
    made.add_argument("--isolated", action="store_true", help="read no configuration file")


def _baseline(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: .)")
    made.add_argument("--grow", action="store_true", help="add new findings too; without it a baseline only shrinks")
    made.add_argument("--check", action="store_true", help="write nothing, and exit with 1 where the baseline is not up to date")
    made.add_argument("--baseline", metavar="FILE", help="the file (default: the setting, else .s3lint-baseline.json)")
    _configuration(made)
    _running(made)


def _waivers(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: .)")
    _configuration(made)
    _running(made)
    made.add_argument("--output-format", choices=("text", "json"), default="text")


def _clean(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders whose projects' results are forgotten (default: .)"
    )
    _configuration(made)
    _cache_folder(made)


def _config(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "path", nargs="?", metavar="PATH", default=".", help="the file or folder whose settings are shown (default: .)"
    )
    _configuration(made)
    made.add_argument("--schema", action="store_true", help="print the JSON schema of the table, and stop")
    made.add_argument("--output-format", choices=("text", "json"), default="text")


def _report(made: argparse.ArgumentParser) -> None:
    _what(made)
    output = made.add_argument_group("output")
    output.add_argument("--html", metavar="FILE", help="write one page that needs nothing else, for a browser")
    output.add_argument("--json", metavar="FILE", help="write the findings with the date, for the trend of later reports")
    output.add_argument("--earlier", metavar="FILE", nargs="+", default=[], help="earlier reports in JSON, for a trend")
    output.add_argument("--quiet", "-q", action="store_true", help="print nothing")
    _files(made)


def _spark(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--source", metavar="PLACE", required=True, help="a folder of bare git mirrors, or a table of files in Delta or Parquet"
    )
    made.add_argument(
        "--source-format", choices=("git", "delta", "parquet"), help="what the source is (default: what it looks like)"
    )
    made.add_argument(
        "--commits", choices=("newest", "every"), default="newest", help="which commits of a mirror since the last run"
    )
    made.add_argument("--target", metavar="PLACE", required=True, help="the Delta table of findings; the others stand beside it")
    made.add_argument("--teams", metavar="FILE", help="a CSV file with the columns repository and team")
    _rules(made)
    output = made.add_argument_group("output")
    output.add_argument("--patches", metavar="FOLDER", help="write a diff for each repository and rule")
    output.add_argument("--unsafe-fixes", action="store_true", help="with --patches: fixes too after which somebody must act")
    output.add_argument("--html", metavar="FILE", help="write one page: teams, rules and weeks, and the first findings")
    output.add_argument("--maintain", action="store_true", help="compact the tables, and delete files that no reader needs")
    _configuration(made)


def _rule(made: argparse.ArgumentParser) -> None:
    made.add_argument("rule", nargs="?", metavar="CODE|NAME")
    made.add_argument("--all", action="store_true", help="every rule, one line each")
    made.add_argument("--output-format", choices=("text", "json"), default="text")


def _standard(made: argparse.ArgumentParser) -> None:
    made.add_argument("--output-format", choices=("text", "json"), default="text")
