"""Import every module of this package: those that evaluate expressions or model libraries register themselves with the evaluator."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from s3lint import inference

# The order does not matter: no two modules register for the same type or path.
for module in walk_packages(inference.__path__, f"{inference.__name__}."):
    import_module(module.name)
