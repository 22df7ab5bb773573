"""Evaluate what imports bind: first-party modules, their members, and paths of libraries.

A name of another module is looked up by reaching definitions there, which may meet imports again. That recursion goes through
`evaluator.imports`, so that neither `reaching` nor `evaluator` imports this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.code_values import ModuleValue
from s3lint.inference.place import Place
from s3lint.inference.reaching import final
from s3lint.inference.values import Reference, Unbound, Unknown, Value, alternatives, has_kind, join_values
from s3lint.project.modules import FoundModule
from s3lint.syntax.module import Module
from s3lint.syntax.names import dotted_name

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


def import_name(evaluator: Evaluator, node: cst.Import | cst.ImportFrom, alias: cst.ImportAlias, place: Place) -> Value:
    """Return what one name of an import statement is bound to."""
    name = dotted_name(alias.name) or ""
    if isinstance(node, cst.Import):
        # `import a.b` binds `a`, `import a.b as c` binds `a.b`.
        imported = name if alias.asname is not None else name.partition(".")[0]
        found = evaluator.project.find(imported, 0, place.module.path)
        return _value_of(found) if found is not None else Reference(imported)
    package = _source(evaluator, node, place.module)
    if package is not None:
        return member(evaluator, _value_of(package), name)
    if node.relative:
        return Unknown("the module is not found")
    # Not of the project: a library, which is never opened.
    return evaluator.attribute(Reference(_source_name(node)), name, place)


def import_star(evaluator: Evaluator, node: cst.ImportFrom, place: Place, name: str) -> Value | None:
    """Return what `from module import *` binds a name to, or None where it does not bind the name."""
    package = _source(evaluator, node, place.module)
    if package is None or package.module is None:
        return None
    value = _bound_in(evaluator, package.module, name)
    return None if isinstance(value, Unbound) else value


def member(evaluator: Evaluator, package: ModuleValue, name: str) -> Value:
    """Return an attribute of a first-party module: a name that it binds, or a submodule."""
    if package.module is not None:
        value = _bound_in(evaluator, package.module, name)
        if not has_kind(value, Unbound):
            return value
        bound = [choice for choice in alternatives(value) if not isinstance(choice, Unbound)]
        if bound:
            return join_values(bound)
    # `from package import module`: a submodule need not be bound in `__init__.py`.
    submodule = evaluator.project.in_folder(package.folder, name) if package.folder is not None else None
    return _value_of(submodule) if submodule is not None else Unknown(f"`{name}` is not bound in the module")


def _bound_in(evaluator: Evaluator, module: Module, name: str) -> Value:
    """Return the value of a name when its module has run; `Unbound` where the module never binds it."""
    scope = evaluator.module_scope(module)
    return final(evaluator, scope, name, None) if scope.may_bind(name) else Unbound()


def _source(evaluator: Evaluator, node: cst.ImportFrom, importer: Module) -> FoundModule | None:
    """Return the first-party module that `from … import` names, or None."""
    return evaluator.project.find(_source_name(node), len(node.relative), importer.path)


def _source_name(node: cst.ImportFrom) -> str:
    return (dotted_name(node.module) or "") if node.module is not None else ""


def _value_of(found: FoundModule) -> ModuleValue:
    return ModuleValue(found.module, found.folder)
