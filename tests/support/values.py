"""What the evaluator finds a program's expressions to be."""

from __future__ import annotations

from pathlib import Path

import libcst as cst

import s3lint.inference.register  # noqa: F401
from s3lint.inference.place import Place
from s3lint.inference.project import Project
from s3lint.inference.render import describe
from s3lint.project.files import ProjectFiles
from s3lint.settings import Settings
from s3lint.source.text import Source
from s3lint.syntax.flow import Step, Suite
from s3lint.syntax.module import Block, Module


def steps(suite: Suite):
    for step in suite.steps:
        if isinstance(step.node, Block) and step.scope is None:
            yield from steps(step.body)
            continue
        yield step
        for inner in step.suites:
            yield from steps(inner)
        if step.scope is not None:
            yield from steps(step.scope.suite)


def questions(text: str, root: Path = Path("/nowhere")) -> tuple[Project, list[tuple[cst.BaseExpression, Place]]]:
    """A project of one program, and what the program passes to `show`."""
    project = Project(ProjectFiles(Settings(root=root)))
    module = Module.load(Source.decode(root / "program.py", text.encode()))
    project.add(module)
    found = []
    step: Step
    for step in steps(project.evaluator.module_scope(module).suite):
        for node, binders in step.nodes:
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "show":
                found += [(arg.value, Place(step, binders)) for arg in node.args]
    return project, found


def shown(text: str, root: Path = Path("/nowhere"), *, callers: bool = False) -> list[str]:
    """The values passed to `show`, described."""
    project, found = questions(text, root)
    source = project.callers if callers else project.evaluator
    return [describe(source.evaluate(node, place)) for node, place in found]
