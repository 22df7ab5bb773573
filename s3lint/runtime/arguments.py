"""How arguments are checked: each function declares a rule for each, and all are applied before the function begins."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from s3lint.runtime.clients import reason
from s3lint.runtime.errors import ArgumentError, StorageError

P = ParamSpec("P")
R = TypeVar("R")

Rule = Callable[[str, Any], Any]
"""Takes the name of an argument and its value, and returns the value to go on with, or raises an `ArgumentError`."""

TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""A name in a header (rfc-editor.org/rfc/rfc9110#name-tokens)."""

MEDIA_TYPE = re.compile(rf"{TOKEN.pattern}/{TOKEN.pattern}( *;.*)?")

TABLE = re.compile(r"[a-zA-Z0-9_.-]{1,255}|arn:aws[\w-]*:dynamodb:\S+:table/\S+")
"""docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""


def checked(**rules: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Returns a decorator that applies a rule to each argument that is named, its default too; the first that fails raises."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            for name, rule in rules.items():
                bound.arguments[name] = applied(rule, name, bound.arguments[name])
            return function(*bound.args, **bound.kwargs)

        return call

    return decorate


def check_fields(record: object, **rules: Rule) -> None:
    """Applies a rule to each field of a frozen dataclass that is named, and keeps what the rule returns."""
    for name, rule in rules.items():
        object.__setattr__(record, name, applied(rule, name, getattr(record, name)))


def applied(rule: Rule, name: str, value: Any) -> Any:
    """Returns what a rule returns. Raises `ArgumentError` where the value itself fails when it is looked at."""
    try:
        return rule(name, value)
    except StorageError:
        raise
    except Exception as error:
        message = f"The argument {name}, of type {type(value).__name__}, cannot be used: {reason(error)}."
        raise ArgumentError(message) from error


def plain(value: str) -> str:
    """Returns the characters of text: what `str` makes of a member of an enumeration is its name."""
    return str.__str__(value)


def optional(rule: Rule) -> Rule:
    """Returns the rule for an argument that may be None."""
    return lambda name, value: None if value is None else rule(name, value)


def each(rule: Rule) -> Rule:
    """Returns the rule for a list or tuple of values that another rule is for; it gives a tuple."""

    def check(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise wrong(name, value, "a list or a tuple")
        return tuple(rule(name, one) for one in value)

    return check


def instance(*kinds: type, called: str) -> Rule:
    """Returns the rule for a value of one of some types; a bool is no number."""

    def check(name: str, value: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise wrong(name, value, called)
        return value

    return check


def whole(least: int, most: int) -> Rule:
    """Returns the rule for a whole number in a range, both ends included."""

    def check(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise wrong(name, value, f"a whole number from {least:,} to {most:,}")
        return value

    return check


def having(method: str, called: str) -> Rule:
    """Returns the rule for an object that is known by one of its methods, as clients are; none of them is looked up by calling code."""

    def check(name: str, value: Any) -> Any:
        is_there = inspect.getattr_static(value, method, None) is not None or hasattr(type(value), "__getattr__")
        if isinstance(value, type) or not is_there:
            raise wrong(name, value, called)
        return value

    return check


def text(name: str, value: Any) -> str:
    """Returns text that is not empty, and that UTF-8 can write."""
    if not isinstance(value, str) or not value or not _is_utf8(value):
        raise wrong(name, value, "text that is not empty")
    return plain(value)


def header(name: str, value: Any) -> str:
    """Returns text that may stand in a header of HTTP: printable ASCII that neither begins nor ends with a space."""
    found = text(name, value)
    if not is_header(found):
        raise wrong(name, value, "printable ASCII text without line ends, as a header of HTTP must be")
    return found


def media_type(name: str, value: Any) -> str:
    """Returns a content type such as `text/csv; charset=utf-8`."""
    found = header(name, value)
    if not MEDIA_TYPE.fullmatch(found):
        raise wrong(name, value, "a content type such as 'application/pdf'")
    return found


def table_name(name: str, value: Any) -> str:
    """Returns the name, or the ARN, of a DynamoDB table."""
    if not isinstance(value, str) or not TABLE.fullmatch(value):
        raise wrong(
            name, value, "the name of a DynamoDB table: up to 255 letters, digits, dots, hyphens and underscores, or its ARN"
        )
    return plain(value)


def texts(name: str, value: Any) -> Mapping[str, str]:
    """Returns a mapping from text to text, in a dict of its own."""
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for pair in value.items() for part in pair):
        raise wrong(name, value, "names with their texts in a dict")
    return {plain(key): plain(one) for key, one in value.items()}


def path(name: str, value: Any) -> Path:
    """Returns the path that text or a path-like object names."""
    if not isinstance(value, (str, os.PathLike)) or not isinstance(os.fspath(value), str):
        raise wrong(name, value, "a path")
    found = plain(os.fspath(value))
    if not found or "\0" in found:
        raise wrong(name, value, "a path that a file can have")
    return Path(found)


flag = instance(bool, called="True or False")
duration = instance(timedelta, called="a timedelta")


def is_header(value: str) -> bool:
    """Whether a header of HTTP carries the text unchanged (rfc-editor.org/rfc/rfc9110#name-field-values)."""
    return value.isascii() and value.isprintable() and value == value.strip()


def wrong(name: str, value: object, wanted: str) -> ArgumentError:
    """Returns the error for an argument that is not what was wanted."""
    shown = " ".join(repr(value).split())
    return ArgumentError(f"The argument {name}={shown[:60]}{'…' if shown[60:] else ''} is of no use: pass {wanted}.")


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
