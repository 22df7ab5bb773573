"""Settings libraries: their lookups and the fields of their classes are lookups in the environment, with a literal fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Constant, Environment, Fallback, Reference, Text, Value

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

READERS = frozenset(
    [
        "str",
        "unicode",
        "bytes",
        "url",
        "path",
        "json",
        "list",
        "tuple",
        "dict",
        "enum",
        "log_level",
        "uuid",
        "get_value",
        "int",
        "bool",
    ]
)
"""Methods of `environs.Env` and `environ.Env` that read one variable."""


def looked_up(arguments: Arguments, name: str | None, default_position: int | None) -> Value:
    """Return the lookup that a call makes: the first argument is the variable, or the one with a name; `default` its fallback."""
    variable, default = arguments.get(name, 0), arguments.get("default", default_position)
    found = Environment(variable.literal if isinstance(variable, Text) else None)
    if isinstance(default, Absent) or (isinstance(default, Constant) and default.value is None):
        return found
    return Fallback(found, default)


@function(
    "os.getenv",
    "os.environ.get",
    "os.environ.setdefault",
    "os.environ.pop",
    "decouple.config",
    "decouple.Config()",
    "decouple.AutoConfig()",
    "prettyconf.config",
    "environs.Env()",
    "environs.env",
    "dynaconf.Dynaconf().get",
    "dynaconf.LazySettings().get",
    "dynaconf.settings.get",
    "dynaconf.Dynaconf()",
    "dynaconf.settings",
)
def environment(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return looked_up(arguments, "key", 1)


@function("starlette.config.Config()", "environ.Env()", "environ.FileAwareEnv()")
def environment_cast(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    """Lookups whose second parameter is the type."""
    return looked_up(arguments, "key", 2)


@function("environs.Env().*", "environs.env.*", "environ.Env().*", "environ.FileAwareEnv().*")
def environment_method(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    return looked_up(arguments, "name", 1) if reference.path.rpartition(".")[2] in READERS else None


@attribute_of("dynaconf.Dynaconf().*", "dynaconf.LazySettings().*", "dynaconf.settings.*")
def dynamic_setting(evaluator: Evaluator, reference: Reference, place: Place) -> Value | None:
    name = reference.path.rpartition(".")[2]
    return Environment(name) if name.isupper() else None
