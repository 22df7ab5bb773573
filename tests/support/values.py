"""Infer the values of a program's expressions, as text for comparisons in tests."""

from __future__ import annotations

from pathlib import Path

import libcst as cst

from s3lint.inference.analysis import Analysis
from s3lint.inference.place import Place
from s3lint.inference.render import describe
from s3lint.project.files import ProjectFiles
from s3lint.project.modules import Project
from s3lint.settings import Settings
from s3lint.source.text import Source
from s3lint.syntax.flow import Step, Suite
from s3lint.syntax.module import Block, Module


def steps(suite: Suite):
    """Yield the statements of a suite and of all suites and scopes inside it; parses every block."""
    for step in suite.steps:
        if isinstance(step.node, Block) and step.scope is None:
            yield from steps(step.body)
            continue
        yield step
        for inner in step.suites:
            yield from steps(inner)
        if step.scope is not None:
            yield from steps(step.scope.suite)


def questions(text: str, root: Path = Path("/nowhere")) -> tuple[Analysis, list[tuple[cst.BaseExpression, Place]]]:
    """Return the analysis of one program, and the expressions that the program passes to `show` with their places."""
    project = Project(ProjectFiles(Settings(root=root)))
    module = Module.load(Source.decode(root / "program.py", text.encode()))
    project.add(module)
    analysis = Analysis(project)
    found = []
    step: Step
    for step in steps(analysis.evaluator.module_scope(module).suite):
        for node, binders in step.nodes:
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "show":
                found += [(arg.value, Place(step, binders)) for arg in node.args]
    return analysis, found


def shown(text: str, root: Path = Path("/nowhere"), *, callers: bool = False) -> list[str]:
    """Return the descriptions of the values passed to `show`; with `callers`, parameters take what the program's calls pass."""
    analysis, found = questions(text, root)
    source = analysis.callers if callers else analysis.evaluator
    return [describe(source.evaluate(node, place)) for node, place in found]
