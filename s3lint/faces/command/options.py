"""What can be typed behind `s3lint`. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any

from s3lint import __version__
from s3lint.reports import FORMATS

Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "s3lint", description="Checks how Python code uses AWS S3, DynamoDB references and Delta Lake against one storage standard."
    )
    made.add_argument("--version", action="version", version=f"s3lint {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _check(_command(commands, "check", "check files and folders"))
    _rule(_command(commands, "rule", "show the page of a rule"))
    _standard(_command(commands, "standard", "show each sentence of the standard and the rules that enforce it"))
    _command(commands, "server", "serve an editor over standard input and output (the Language Server Protocol)")
    _command(commands, "version", "show the version")
    return made


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    made.set_defaults(run=_lazily(name))
    return made


def _lazily(name: str) -> Command:
    def run(options: argparse.Namespace) -> int:
        command: Command = import_module(f"s3lint.faces.command.{name}").run
        return command(options)

    return run


def _check(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input (default: .)")
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
    fixes = made.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="apply safe fixes")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: fixes too after which somebody must act")
    fixes.add_argument("--diff", action="store_true", help="print what --fix would change, and change nothing")
    fixes.add_argument("--fix-only", action="store_true", help="apply fixes and report nothing that is left")
    fixes.add_argument("--show-fixes", action="store_true", help="say what each fix did")
    output = made.add_argument_group("output")
    output.add_argument("--output-format", choices=FORMATS, default="text", help="how findings are written (default: text)")
    output.add_argument("--output-file", metavar="FILE", help="write the report to a file")
    output.add_argument("--statistics", action="store_true", help="count the findings of each rule")
    output.add_argument("--explain", metavar="FILE:LINE", help="say what is believed about the storage calls on a line, and stop")
    output.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    output.add_argument("--quiet", "-q", action="store_true", help="print the findings and nothing else")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    files = made.add_argument_group("files")
    files.add_argument("--stdin-filename", metavar="NAME", help="the name of what standard input holds")
    files.add_argument("--force-exclude", action="store_true", default=None, help="exclude also files that are named")
    files.add_argument(
        "--config", metavar="FILE|KEY=VALUE", action="append", default=[], help="a configuration file, or one setting"
    )
    files.add_argument("--isolated", action="store_true", help="read no configuration file")
    files.add_argument("--jobs", "-j", metavar="N", help="processes (default: the cores that may be used)")


def _rule(made: argparse.ArgumentParser) -> None:
    made.add_argument("rule", nargs="?", metavar="CODE|NAME")
    made.add_argument("--all", action="store_true", help="every rule, one line each")
    made.add_argument("--output-format", choices=("text", "json"), default="text")


def _standard(made: argparse.ArgumentParser) -> None:
    made.add_argument("--output-format", choices=("text", "json"), default="text")
