"""Builtins and the standard library: the environment, paths, containers, buffers, calls by reference."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments
from s3lint.inference.classes import bases
from s3lint.inference.code_values import Class, Instance, Partial
from s3lint.inference.containers import element, merged
from s3lint.inference.derived import derived
from s3lint.inference.library_values import Buffer, CloudPath
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.operators import PATHS, finite, slash_joined
from s3lint.inference.place import Place
from s3lint.inference.values import (
    Absent,
    Chunk,
    Constant,
    Environment,
    Fallback,
    Mapping,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


@function("str", "os.fspath")
def text_of(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    def one(value: Value) -> Value:
        if isinstance(value, (Text, Environment, Fallback)):
            return value
        if isinstance(value, Constant) and value.value is not None:
            return Text((Chunk(str(value.value)),))
        if isinstance(value, CloudPath):
            return value.uri
        if isinstance(value, Reference) and (value.path in PATHS or value.path == JOIN):
            return value
        return Reference("str()", arguments, operands=(value,))

    return evaluator.each(arguments.get("object", 0), one)


@function("int", "float", "bool")
def number_of(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    value = arguments.get("x", 0)
    return value if isinstance(value, (Constant, Fallback)) else Unknown("a number")


@function("dict", "types.MappingProxyType", "collections.OrderedDict", "frozendict.frozendict", "immutabledict.immutabledict")
def dict_of(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    result: Value = Mapping()
    if arguments.count:
        result = merged(Mapping(), arguments.get(None, 0))
    for name, value in arguments.named():
        result = evaluator.each(result, lambda one, n=name, v=value: one.with_entry(n, v) if isinstance(one, Mapping) else one)  # type: ignore[misc]
    if arguments.call.splats and isinstance(result, Mapping):
        for written in arguments.call.splats:
            if not isinstance(evaluator.evaluate(written.node, written.place), Mapping):
                return result.opened()
    return result


@function("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "itertools.chain.from_iterable", "tqdm.tqdm", "tqdm")
def sequence_of(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    if not arguments.count:
        return Sequence()
    value = arguments.get("iterable", 0)
    if isinstance(value, Mapping):
        return Sequence((element(value),), value.open)
    return value if isinstance(value, Sequence) else Sequence((element(value),), repeated=True)


@function("next")
def next_of(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return element(arguments.get("iterator", 0))


@function("enumerate")
def enumerated(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    pair = Sequence((Unknown("a counter"), element(arguments.get("iterable", 0))))
    return Sequence((pair,), repeated=True)


@function("zip", "itertools.zip_longest")
def zipped(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    columns = [evaluator.evaluate(written.node, written.place) for written in arguments.positional()]
    if columns and all(isinstance(column, Sequence) and not (column.open or column.repeated) for column in columns):
        rows = zip(*(column.items for column in columns if isinstance(column, Sequence)), strict=False)
        return Sequence(tuple(Sequence(tuple(row)) for row in rows))
    return Sequence((Sequence(tuple(element(column) for column in columns)),), repeated=True)


@function("map")
def mapped(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Sequence((Unknown("the result of a mapped function"),), repeated=True)


@function("getattr")
def attribute_by_name(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    owner, name, default = arguments.get("object", 0), arguments.get("name", 1), arguments.get("default", 2)
    if not isinstance(name, Text) or name.literal is None:
        return Unknown("an attribute with a computed name")
    found = evaluator.attribute(owner, name.literal, place)
    return found if isinstance(default, Absent) else Fallback(found, default)


@function("super")
def parent_object(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    owner = place.scope.owner
    parents = bases(evaluator, owner) if owner is not None else []
    return next((Instance(parent.scope) for parent in parents if isinstance(parent, Class)), None)


@function("functools.partial")
def partial(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    call = arguments.call.without_first(1)
    return Partial(arguments.get("func", 0), Arguments(evaluator, call))


@function("asyncio.to_thread", "anyio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool", "asgiref.sync.sync_to_async")
def called_by_reference(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    call = arguments.call.without_first(1)
    return evaluator.invoke(arguments.get("func", 0), Arguments(evaluator, call), place)


JOIN = "os.path.join()"


@function("os.path.join", "ntpath.join")
def joined_path(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference(JOIN, arguments, operands=operands_of(evaluator, arguments))


@function("posixpath.join")
def joined_posix_path(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return slash_joined(operands_of(evaluator, arguments), names_of(arguments))


def names_of(arguments: Arguments) -> list[str]:
    return [written.name for written in arguments.positional()]


def operands_of(evaluator: Evaluator, arguments: Arguments) -> tuple[Value, ...]:
    """Return what positional arguments are worth."""
    found = [evaluator.evaluate(written.node, written.place) for written in arguments.positional()]
    if arguments.call.stars:
        found.append(Unknown("more parts"))
    return tuple(found)


@function("os.path.splitext", "posixpath.splitext", "ntpath.splitext")
def stem_and_extension(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    path = arguments.get("p", 0)
    written = arguments.written("p", 0)
    name = written.name if written is not None else ""

    def one(value: Value) -> Value:
        if isinstance(value, Text) and value.literal is not None:
            return Sequence(tuple(Text((Chunk(part, value.site),)) for part in posixpath.splitext(value.literal)))
        return Sequence((derived(value, name, "a path without its extension"), Unknown("the extension of a path")))

    return evaluator.each(path, one)


@function("pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath")
def local_path(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference("pathlib.Path()", arguments, operands=operands_of(evaluator, arguments))


@function("pathlib.Path.home", "pathlib.Path.cwd")
def known_folder(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference("pathlib.Path()", arguments, operands=(Unknown("a folder of this machine"),))


@function("pathlib.PurePosixPath")
def posix_path(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return slash_joined(operands_of(evaluator, arguments), names_of(arguments))


@attribute_of("pathlib.Path().parent", "pathlib.Path().absolute")
def parent_path(evaluator: Evaluator, reference: Reference, place: Place) -> Value | None:
    return reference.receiver if reference.path.endswith("parent") else None


@function("pathlib.Path().as_posix", "pathlib.Path().__str__")
def path_as_posix(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    owner = reference.receiver
    if isinstance(owner, Reference) and owner.operands:
        return slash_joined(owner.operands)
    return None


@function("pathlib.Path().joinpath", "pathlib.Path().resolve", "pathlib.Path().expanduser", "pathlib.Path().absolute")
def same_path(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    owner = reference.receiver
    if not isinstance(owner, Reference):
        return None
    return Reference("pathlib.Path()", arguments, operands=(*owner.operands, *operands_of(evaluator, arguments)))


@function("os.path.abspath", "os.path.realpath", "os.path.expanduser", "os.path.dirname")
def other_path(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference(f"{reference.path}()", arguments, operands=operands_of(evaluator, arguments))


@function(
    "os.path.normpath",
    "urllib.parse.unquote",
    "urllib.parse.unquote_plus",
    "sys.intern",
    "typing.cast",
    "copy.copy",
    "copy.deepcopy",
)
def unchanged(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return arguments.get(None, arguments.count - 1)


@function("io.BytesIO", "io.StringIO", "tempfile.SpooledTemporaryFile")
def buffer(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Buffer(f"{reference.path}()", arguments.get("initial_bytes", 0), place.scope)


@function(
    "open", "io.open", "pathlib.Path().open", "gzip.open", "codecs.open", "tempfile.NamedTemporaryFile", "tempfile.TemporaryFile"
)
def opened_file(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    path = reference.receiver if reference.path == "pathlib.Path().open" else arguments.get("file", 0)
    return Buffer(f"{reference.path}()", path if path is not None else Absent(), place.scope)


@function(
    "json.dumps",
    "base64.b64encode",
    "base64.standard_b64encode",
    "base64.urlsafe_b64encode",
    "pickle.dumps",
    "gzip.compress",
    "boto3.dynamodb.types.Binary",
)
def wrapped(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference(f"{reference.path}()", arguments, operands=(arguments.get(None, 0),))


SECONDS = {
    "days": 86_400,
    "seconds": 1,
    "microseconds": 1e-6,
    "milliseconds": 1e-3,
    "minutes": 60,
    "hours": 3_600,
    "weeks": 604_800,
}
"""The parameters of `timedelta`, in order, in seconds."""


@function("datetime.timedelta")
def duration(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    total = 0.0
    for position, (name, unit) in enumerate(SECONDS.items()):
        value = arguments.get(name, position)
        if isinstance(value, Absent):
            continue
        if not isinstance(value, Constant) or not isinstance(value.value, (int, float)):
            return Reference("datetime.timedelta()", arguments)
        total += value.value * unit
    seconds = finite(total)
    if isinstance(seconds, Constant) and total.is_integer():
        seconds = Constant(int(total))
    return Reference("datetime.timedelta()", arguments, operands=(seconds,))


@function("datetime.timedelta().total_seconds")
def total_seconds(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    owner = reference.receiver
    return owner.operands[0] if isinstance(owner, Reference) and owner.operands else None
