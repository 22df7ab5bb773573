"""Strings: literals, f-strings, `%`, `format`, `join` and the methods of str that keep a text known."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Arguments
from s3lint.inference.derived import SPLITS, cut, derived, pieces, receiver_name
from s3lint.inference.handlers import expression, literal, method
from s3lint.inference.operators import added, combined, concatenated, is_text
from s3lint.inference.place import Place
from s3lint.inference.values import (
    MAX_TEXT_CHARACTERS,
    Absent,
    Chunk,
    Constant,
    Data,
    Hole,
    Mapping,
    Sequence,
    Text,
    Unknown,
    Value,
)
from s3lint.source.text import is_encodable
from s3lint.syntax.literals import literal_value
from s3lint.syntax.names import last_name
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]{0,255})\))?(?P<flags>[-#0 +]*)(?P<width>\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[%a-zA-Z])"
)

MAX_WIDTH_DIGITS = 3
"""Digits of the width of a format that is carried out: `f"{1:9999999999}"` would take all memory."""


@literal(cst.SimpleString)
def simple_string(node: cst.SimpleString, site: Site) -> Value:
    try:
        value = literal_value(node)
    except (SyntaxError, ValueError):
        return Unknown("the literal does not evaluate")
    if isinstance(value, bytes):
        return Data(value, site=site)
    return Text((Chunk(value, site),) if value else (), site=site)


@expression(cst.ConcatenatedString)
def concatenated_string(evaluator: Evaluator, node: cst.ConcatenatedString, place: Place) -> Value:
    parts: list[cst.BaseExpression] = []
    pending: list[cst.BaseExpression] = [node]
    # `"a" "b" "c"` is nested to the right; thousands of lines of it would exceed the recursion limit.
    while pending:
        part = pending.pop()
        if isinstance(part, cst.ConcatenatedString):
            pending += [part.right, part.left]
        else:
            parts.append(part)
    values = [evaluator.evaluate(part, place) for part in parts]
    if all(isinstance(value, Data) for value in values):
        return Data(b"".join(value.value for value in values if isinstance(value, Data)))
    return concatenated((value, "") for value in values)


@expression(cst.FormattedString)
def formatted_string(evaluator: Evaluator, node: cst.FormattedString, place: Place) -> Value:
    return concatenated(_formatted_parts(evaluator, node, place))


def _formatted_parts(evaluator: Evaluator, node: cst.FormattedString, place: Place) -> Iterator[tuple[Value, str]]:
    # `node.start` is the prefix with the quotes.
    quotes = "" if "r" in node.prefix else node.start.lstrip("fF")
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text = _unescaped(part.value, quotes)
            yield (Text((Chunk(text, Site(place.block, part)),)) if is_encodable(text) else Unknown("a lone surrogate")), ""
        elif isinstance(part, cst.FormattedStringExpression):
            value = evaluator.evaluate(part.expression, place)
            if part.format_spec:
                value = _formatted(value, _spec(part))
            yield value, last_name(part.expression)


def _spec(part: cst.FormattedStringExpression) -> str:
    return "".join(piece.value for piece in part.format_spec or () if isinstance(piece, cst.FormattedStringText))


def _formatted(value: Value, spec: str) -> Value:
    """Return a value written with a format: a known number is formatted, a date keeps its pattern, anything else is a hole."""
    if isinstance(value, Constant) and value.value is not None:
        if len(max(re.findall(r"\d+", spec), key=len, default="")) > MAX_WIDTH_DIGITS:
            return Unknown("a very wide format")
        try:
            text = format(value.value, spec)
        except (ValueError, OverflowError):
            return Unknown("the format does not fit")
        return Text((Chunk(text),)) if is_encodable(text) else Unknown("a lone surrogate")
    # `f"{now:%Y/%m}"`: rules on keys read the pattern of the date.
    if "%" in spec:
        return Text((Hole(value, f"strftime {spec}"),))
    return value if is_text(value) and not spec.strip("<>^ 0123456789") else Unknown("formatted", site=value.site)


def _unescaped(text: str, quotes: str) -> str:
    """Return what stands between the quotes of an f-string; a raw one has none here."""
    text = text.replace("{{", "{").replace("}}", "}")
    if not quotes or "\\" not in text:
        return text
    try:
        value = ast.literal_eval(quotes + text + quotes)
    except (SyntaxError, ValueError):
        return text
    return value if isinstance(value, str) else text


@expression(cst.BinaryOperation)
def binary_operation(evaluator: Evaluator, node: cst.BinaryOperation, place: Place) -> Value:
    operands: list[tuple[cst.BaseBinaryOp, cst.BaseExpression]] = []
    left: cst.BaseExpression = node
    # `a + b + … + z` is nested to the left: walked in a loop, a sum of thousands of terms needs no stack.
    while isinstance(left, cst.BinaryOperation):
        operands.append((left.operator, left.right))
        left = left.left
    value, name = evaluator.evaluate(left, place), last_name(left)
    for sign, right in reversed(operands):
        other = evaluator.evaluate(right, place)
        if isinstance(sign, cst.Modulo) and is_text(value):
            value = evaluator.each(value, partial(percent, arguments=other, node=right))
        elif isinstance(sign, cst.Add):
            value = added(value, name, other, last_name(right))
        else:
            value = combined(sign, value, other)
        name = ""
    return value


def percent(template: Value, arguments: Value, node: cst.BaseExpression) -> Value:
    """`template % arguments`."""
    if not isinstance(template, Text):
        return Unknown("what is formatted is not known")
    names = [last_name(element.value) for element in node.elements] if isinstance(node, cst.Tuple) else [last_name(node)]
    items = iter(_positional(arguments, names))
    parts: list[tuple[Value, str]] = []
    for part in template.parts:
        if isinstance(part, Hole):
            parts.append((Text((part,)), ""))
            continue
        end = 0
        for match in PERCENT.finditer(part.text):
            parts.append((Text((Chunk(part.text[end : match.start()], part.site),)), ""))
            parts.append(_substituted(match, arguments, items))
            end = match.end()
        parts.append((Text((Chunk(part.text[end:], part.site),)), ""))
    return concatenated(parts)


def _positional(arguments: Value, names: list[str]) -> Iterator[tuple[Value, str]]:
    if isinstance(arguments, Sequence) and not arguments.open:
        for index, item in enumerate(arguments.items):
            yield item, names[index] if index < len(names) else ""
    # `"%s" % value`: one argument without a tuple.
    elif not isinstance(arguments, Mapping):
        yield arguments, names[0]


def _substituted(match: re.Match[str], arguments: Value, items: Iterator[tuple[Value, str]]) -> tuple[Value, str]:
    if match["kind"] == "%":
        return Text((Chunk("%"),)), ""
    if match["name"] is not None:
        name = match["name"]
        return (arguments.get(name) if isinstance(arguments, Mapping) else Unknown("formatted")), name
    value, name = next(items, (Unknown("formatted"), ""))
    return (value, name) if match["kind"] in "sdi" and not match["width"] else (Unknown("formatted"), name)


@method(Text)
def text_method(evaluator: Evaluator, text: Text, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "format":
        return _format(text, arguments)
    if name == "join":
        return _joined(text, arguments.get(None, 0))
    if name in ("strip", "lstrip", "rstrip"):
        return _stripped(text, name, arguments)
    if name == "replace":
        return _replaced(text, arguments.get(None, 0), arguments.get(None, 1))
    if name in ("removeprefix", "removesuffix"):
        return _without_affix(text, name, arguments.get(None, 0))
    if name in _MAPPED:
        return _mapped(text, _MAPPED[name])
    if name == "encode":
        return Data(text.literal.encode("utf-8", "replace")) if text.literal is not None else Unknown("encoded text")
    if name in SPLITS:
        return _split(text, name, arguments) or pieces(text, name, arguments)
    return derived(text, receiver_name(arguments), f"`str.{name}` is not followed")


_MAPPED: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "title": str.title, "casefold": str.casefold}


def _mapped(text: Text, function: Callable[[str], str]) -> Value:
    parts = tuple(Chunk(function(part.text), part.site) if isinstance(part, Chunk) else part for part in text.parts)
    return Text(parts, site=text.site, trace=text.trace)


def _format(text: Text, arguments: Arguments) -> Value:
    parts: list[tuple[Value, str]] = []
    counter = 0
    for part in text.parts:
        if isinstance(part, Hole):
            parts.append((Text((part,)), ""))
            continue
        try:
            fields = list(string.Formatter().parse(part.text))
        except ValueError:
            return Unknown("the format is not valid")
        for written, field, spec, _ in fields:
            parts.append((Text((Chunk(written, part.site),) if written else ()), ""))
            if field is None:
                continue
            # `{}` counts up, `{0}` is a position, `{name}` a keyword.
            position, counter = (counter, counter + 1) if field == "" else (int(field) if field.isdecimal() else None, counter)
            parts.append(_field(arguments, field, position, spec or ""))
    return concatenated(parts)


def _field(arguments: Arguments, field: str, position: int | None, spec: str) -> tuple[Value, str]:
    written = arguments.written(None if position is not None else field, position)
    hole = last_name(written.node) if written is not None else "".join(re.findall(r"\w+", field)[-1:])
    if not field.isidentifier() and position is None:
        return Unknown("a field of a format"), hole
    value = arguments.get(None if position is not None else field, position)
    return (_formatted(value, spec) if spec else value), hole


def _joined(separator: Text, items: Value) -> Value:
    if not isinstance(items, Sequence) or items.repeated:
        # How many items there are is not known; that the separator stands between them is.
        some = Unknown("joined texts", made_of=tuple(Hole(item, "") for item in items.items) if isinstance(items, Sequence) else ())
        return Text((Hole(some, "join"), *separator.parts, Hole(some, "join"))) if separator.parts else some
    parts: list[tuple[Value, str]] = []
    for index, item in enumerate(items.items):
        if index:
            parts.append((separator, ""))
        parts.append((item, last_name(item.site.node) if item.site is not None else ""))
    if items.open:
        parts += [(separator, ""), (Unknown("more items"), "join")]
    return concatenated(parts)


def _stripped(text: Text, name: str, arguments: Arguments) -> Value:
    given = arguments.get(None, 0)
    characters = given.literal if isinstance(given, Text) else None
    if arguments.count and characters is None:
        return Unknown("stripped text")
    parts = list(text.parts)
    if name != "rstrip" and parts and isinstance(parts[0], Chunk):
        parts[0] = Chunk(parts[0].text.lstrip(characters), parts[0].site)
    if name != "lstrip" and parts and isinstance(parts[-1], Chunk):
        parts[-1] = Chunk(parts[-1].text.rstrip(characters), parts[-1].site)
    return Text(tuple(parts), site=text.site, trace=text.trace)


def _replaced(text: Text, old: Value, new: Value) -> Value:
    if not isinstance(old, Text) or not old.literal or not isinstance(new, Text) or new.literal is None:
        return Unknown("replaced text")
    before, after = old.literal, new.literal
    if len(text.known) * max(1, len(after)) > MAX_TEXT_CHARACTERS:
        return Unknown("a very long text")
    return _mapped(text, lambda known: known.replace(before, after))


def _without_affix(text: Text, name: str, affix: Value) -> Value:
    if not isinstance(affix, Text) or affix.literal is None:
        return Unknown("shortened text")
    literal, front = affix.literal, name == "removeprefix"
    if not literal:
        return text
    end = text.head if front else text.tail
    if end.startswith(literal) if front else end.endswith(literal):
        return cut(text, len(literal))[1] if front else cut(text, -len(literal))[0]
    # A hole behind the known end may complete it to the affix. Where there is nothing known the affix may be there too, and nothing is lost.
    may_be = text.literal is None and end and (literal.startswith(end) if front else literal.endswith(end))
    return Unknown("shortened text") if may_be else text


def _split(text: Text, name: str, arguments: Arguments) -> Sequence | None:
    """Return the pieces of a text that is known whole, or up to the one place where it is split; None for any other."""
    separator, limit = arguments.get("sep", 0), arguments.get("maxsplit", 1)
    mark = separator.literal if isinstance(separator, Text) else None
    given = limit.value if isinstance(limit, Constant) else -1 if isinstance(limit, Absent) else None
    if not isinstance(given, int) or not (mark or isinstance(separator, Absent) or separator == Constant(None)):
        return None
    if text.literal is not None and (mark or "partition" not in name):
        first = next((part.site for part in text.parts if isinstance(part, Chunk)), None)
        made = getattr(text.literal, name)(*((mark,) if "partition" in name else (mark, given)))
        return Sequence(tuple(Text((Chunk(part, first),)) for part in made))
    if not mark or ("partition" not in name and given != 1):
        return None
    # Nothing before the first known separator, or behind the last one, is unknown.
    from_end = name.startswith("r")
    if mark not in (text.tail if from_end else text.head):
        return None
    before, rest = cut(text, text.tail.rfind(mark) - len(text.tail) if from_end else text.head.find(mark))
    between, behind = cut(rest, len(mark))
    return Sequence((before, between, behind) if "partition" in name else (before, behind))
