"""Values of the project's own code: modules, functions, classes and their objects, and calls that wait for their arguments."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.inference.values import Value
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.inference.arguments import Arguments
    from s3lint.inference.place import CallContext
    from s3lint.syntax.flow import Scope
    from s3lint.syntax.module import Module


@frozen()
class ModuleValue(Value):
    """A first-party module, or a package that is a mere folder. `folder` is where its submodules lie."""

    module: Module | None
    folder: Path | None = None


@frozen()
class Function(Value):
    """A first-party function, or a method bound to its receiver."""

    scope: Scope
    receiver: Value | None = None
    context: CallContext | None = None


@frozen()
class Class(Value):
    """A first-party class."""

    scope: Scope


@frozen()
class Instance(Value):
    """An object of a first-party class; the context binds the parameters of its constructor, where they are known."""

    scope: Scope
    context: CallContext | None = None


@frozen()
class BoundMethod(Value):
    """A method taken from a value and not called yet."""

    receiver: Value
    name: str


@frozen()
class Partial(Value):
    """`functools.partial(function, …)`."""

    function: Value
    arguments: Arguments = field(compare=False, repr=False)
