"""Settings libraries: their lookups and the fields of their classes are lookups in the environment, with a literal fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Constant, Environment, Fallback, Reference, Sequence, Text, Value

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
    "decouple.Config().get",
    "decouple.AutoConfig()",
    "prettyconf.config",
    "environs.Env()",
    "environs.env",
    "starlette.config.Config().get",
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
    found = looked_up(arguments, "key", 2)
    declared = _declared(reference, found) if isinstance(found, Environment) else None
    return Fallback(found, declared) if declared is not None else found


def _declared(reference: Reference, variable: Environment) -> Value | None:
    """Return the default that the reader was made with: `Env(NAME=(str, "default"))`."""
    scheme = reference.arguments.get(variable.name) if reference.arguments is not None and variable.name else Absent()
    return scheme.items[1] if isinstance(scheme, Sequence) and len(scheme.items) == 2 else None


@function("airflow.models.Variable.get", "airflow.models.variable.Variable.get", "airflow.sdk.Variable.get")
def airflow_variable(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    default = arguments.get("default_var", 1)
    found = looked_up(arguments, "key", None)
    return found if isinstance(default, Absent) or isinstance(found, Fallback) else Fallback(found, default)


@function("omegaconf.OmegaConf.select")
def selected_setting(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    default = arguments.get("default")
    found = Reference(f"{reference.path}()", arguments)
    return found if isinstance(default, Absent) else Fallback(found, default)


@function("environs.Env().*", "environs.env.*", "environ.Env().*", "environ.FileAwareEnv().*")
def environment_method(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    return looked_up(arguments, "name", 1) if reference.path.rpartition(".")[2] in READERS else None


@attribute_of("dynaconf.Dynaconf().*", "dynaconf.LazySettings().*", "dynaconf.settings.*")
def dynamic_setting(evaluator: Evaluator, reference: Reference, place: Place) -> Value | None:
    name = reference.path.rpartition(".")[2]
    return Environment(name) if name.isupper() else None
