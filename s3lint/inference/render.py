"""Render values as text, for `--explain` and for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s3lint.inference.code_values import BoundMethod, Class, Function, Instance, ModuleValue, Partial
from s3lint.inference.library_values import (
    BucketHandle,
    Buffer,
    Client,
    CloudPath,
    DeltaBuilder,
    DeltaHandle,
    FileSystem,
    Frame,
    ItemTable,
    ObjectHandle,
    Operation,
    Reader,
    Session,
    SparkSession,
    SubResource,
    Writer,
)
from s3lint.inference.values import (
    Absent,
    Constant,
    Data,
    Environment,
    Fallback,
    Mapping,
    Never,
    Parameter,
    Reference,
    Sequence,
    Text,
    Union,
    Unknown,
    UserInput,
    Value,
)


def describe(value: Value) -> str:
    """Return one line for a value: literals in quotes, holes in braces, alternatives with bars between them."""
    if isinstance(value, Text):
        return f'"{value}"'
    if isinstance(value, Constant):
        return repr(value.value)
    if isinstance(value, Union):
        return " | ".join(dict.fromkeys(map(describe, value.alternatives))) + (" (a parameter chooses)" if value.chosen else "")
    if isinstance(value, Fallback):
        return f"{describe(value.primary)} or {describe(value.default)}"
    if isinstance(value, (Mapping, Sequence)):
        return _container(value)
    return _PLAIN.get(type(value), _named)(value)


def _container(value: Mapping | Sequence) -> str:
    if isinstance(value, Mapping):
        items = [f"{entry.key}: {describe(entry.value)}" for entry in value.entries]
    else:
        items = list(map(describe, value.items))
    items += ["…"] if value.open else []
    brackets = "{}" if isinstance(value, Mapping) else "[]"
    return f"{brackets[0]}{', '.join(items)}{brackets[1]}" + (
        " (repeated)" if isinstance(value, Sequence) and value.repeated else ""
    )


def _unknown(value: Value) -> str:
    return f"unknown: {value.reason}" if isinstance(value, Unknown) else "unknown"


def _named(value: Value) -> str:
    return type(value).__name__.lower()


def _function(value: Value) -> str:
    assert isinstance(value, (Function, Class, Instance))
    kind = {Function: "function", Class: "class", Instance: "object of class"}[type(value)]
    return f"{kind} {value.scope.qualified_name}"


def _client(value: Value) -> str:
    assert isinstance(value, Client)
    return f"{value.service} {'resource' if value.resource else 'client'}"


def _frame(value: Value) -> str:
    assert isinstance(value, Frame)
    sources = f" from {', '.join(describe(source.path) for source in value.sources)}" if value.sources else ""
    return f"{value.library} frame{sources}"


def _writer(value: Value) -> str:
    assert isinstance(value, (Reader, Writer))
    parts = [f"format {describe(value.format)}"]
    if isinstance(value, Writer):
        parts.append(f"mode {describe(value.mode)}")
    if value.options.entries or value.options.open:
        parts.append(f"options {describe(value.options)}")
    return f"{type(value).__name__.lower()} ({', '.join(parts)})"


_PLAIN: dict[type[Value], Callable[[Any], str]] = {
    Unknown: _unknown,
    Never: lambda _: "never reached",
    Absent: lambda _: "not given",
    Data: lambda value: f"{len(value.value)} bytes",
    Environment: lambda value: f"environment variable {value.name or '?'}",
    UserInput: lambda value: "given on the command line" + (f", default {describe(value.default)}" if value.default else ""),
    Parameter: lambda value: f"parameter {value.name}",
    Reference: lambda value: value.path,
    ModuleValue: lambda value: f"module {value.module.path.name if value.module else value.folder}",
    Function: _function,
    Class: _function,
    Instance: _function,
    BoundMethod: lambda value: f"{describe(value.receiver)} .{value.name}",
    Partial: lambda value: f"partial of {describe(value.function)}",
    Session: lambda _: "boto3 session",
    Client: _client,
    BucketHandle: lambda value: f"bucket {describe(value.name)}",
    ObjectHandle: lambda value: f"object {describe(value.key)} in {describe(value.bucket)}",
    SubResource: lambda value: f"{value.kind} of {describe(value.bucket)}",
    Operation: lambda value: f"{value.name} of {describe(value.client)}",
    ItemTable: lambda value: f"DynamoDB table {describe(value.name)}",
    SparkSession: lambda _: "Spark session",
    Frame: _frame,
    Reader: _writer,
    Writer: _writer,
    DeltaHandle: lambda value: f"Delta table {describe(value.location)}",
    DeltaBuilder: lambda value: f"Delta {value.kind} builder",
    FileSystem: lambda value: f"{value.library} file system",
    CloudPath: lambda value: f"cloud path {describe(value.uri)}",
    Buffer: lambda value: f"buffer {value.kind}",
}
