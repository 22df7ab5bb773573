"""One libcst codemod for each rule with a fix: `python -m libcst.tool codemod --no-format -x s3lint.codemod.MissingContentType src/`.

The class is named after the rule. Unsafe fixes are applied too: the changes of a codemod are read before they are committed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.codemod import CodemodCommand, SkipFile

from s3lint.config.load import settings_for
from s3lint.fixes.apply import Unsettled
from s3lint.linter.fix import fix_file
from s3lint.project.boundary import leads_out
from s3lint.project.discovery import EXCLUDED, is_excluded
from s3lint.registry import rules
from s3lint.registry.rule import Rule


class FixCommand(CodemodCommand):
    """Apply every fix of one rule to a module."""

    DESCRIPTION = "Apply every fix of one rule of s3lint."
    code = ""

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Fix a module. Raises `SkipFile` if the file is excluded or its fixes do not settle."""
        path = Path(self.context.filename or "stdin.py").absolute()
        settings = settings_for(path.parent, path.parent, {"select": (self.code,)})
        if is_excluded(path, settings):
            raise SkipFile(EXCLUDED)
        if leads_out(path, settings.root):
            raise SkipFile("a link that leads out of the project")
        try:
            fixed = fix_file(path, tree.bytes, settings, unsafe=True)
        except Unsettled as error:
            raise SkipFile(str(error)) from None
        if fixed.after == fixed.before and fixed.left_out:
            raise SkipFile("; ".join(fixed.left_out))
        return tree if fixed.after == fixed.before else cst.parse_module(fixed.after, tree.config_for_parsing)


def class_name(rule: Rule) -> str:
    """The name of a rule's codemod: `missing-content-type` is `MissingContentType`."""
    return rule.name.title().replace("-", "")


@cache
def _commands() -> dict[str, type[FixCommand]]:
    """Make a class for each rule with a fix."""
    return {
        class_name(rule): type(
            class_name(rule),
            (FixCommand,),
            {"code": rule.code, "DESCRIPTION": f"{rule.code}: {rule.page.partition(chr(10))[0]}", "__module__": __name__},
        )
        for rule in rules().values()
        if rule.fix != "none"
    }


def __getattr__(name: str) -> Any:
    """Look a codemod up. The classes are made on demand: rules of other packages are known only then."""
    try:
        return _commands()[name]
    except KeyError:
        raise AttributeError(f"no codemod is called {name}: the codemods are {', '.join(sorted(_commands()))}") from None


def __dir__() -> list[str]:
    """Return the names of the codemods too, which are made when they are first asked for: `libcst.tool list` shows them."""
    return sorted({*globals(), *_commands()})
