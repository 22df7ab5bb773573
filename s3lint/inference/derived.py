"""Evaluate what is cut out of unknown text, or added to it: the result remembers the text that it was made from."""

from __future__ import annotations

from s3lint.inference.arguments import Arguments
from s3lint.inference.values import Chunk, Constant, Hole, Reference, Sequence, Text, Unknown, Value
from s3lint.syntax.names import last_name

SPLITS = frozenset({"split", "rsplit", "partition", "rpartition"})

PIECE = "str.split()"
"""The path of a reference to what stands between two slashes of unknown text."""


def derived(value: Value, name: str, reason: str) -> Unknown:
    """Return unknown text that is made of a value; `name` is that of the expression which gives the value."""
    return Unknown(reason, made_of=(Hole(value, name),))


def sum_of(left: Value, left_name: str, right: Value, right_name: str) -> Unknown:
    """Return `left + right`, neither known to be text. What is added to text later becomes a part of that."""
    return Unknown("the result is not known", made_of=(*_addends(left, left_name), *_addends(right, right_name)))


def _addends(value: Value, name: str) -> tuple[Hole, ...]:
    return value.made_of if isinstance(value, Unknown) and value.is_sum else (Hole(value, name),)


def receiver_name(arguments: Arguments) -> str:
    """Return the name of the expression on which a method is called."""
    written = arguments.call.function
    owner = getattr(written.node, "value", None) if written is not None else None
    return last_name(owner) if owner is not None else ""


def pieces(text: Value, method: str, arguments: Arguments) -> Sequence:
    """Return what `split`, `rsplit`, `partition` or `rpartition` makes of text that is not known whole.

    What stands between two slashes has none; a piece that may hold slashes remembers the text.
    """
    rest = derived(text, receiver_name(arguments), "a piece of a text")
    separator = arguments.get("sep", 0)
    # `path.split("_")[0]` may hold slashes, so it remembers the text.
    between_slashes = isinstance(separator, Text) and separator.literal == "/"
    piece: Value = Reference(PIECE, arguments) if between_slashes else rest
    if method in ("partition", "rpartition"):
        return Sequence((piece, separator, rest) if method == "partition" else (rest, separator, piece))
    limit = arguments.get("maxsplit", 1)
    if not isinstance(limit, Constant):
        return Sequence((piece,), repeated=True)
    # The last piece is the rest of the text with its slashes; which one is the last depends on the text.
    if limit.value != 1:
        return Sequence((rest,), repeated=True)
    return Sequence((piece, rest) if method == "split" else (rest, piece))


def sliced(text: Value, name: str, start: int | None, stop: int | None) -> Value:
    """Return `text[start:stop]`, where known text is cut at one end; else unknown text that remembers its source."""
    if isinstance(text, Text):
        if text.literal is not None:
            return Text((Chunk(text.literal[start:stop], text.site),), trace=text.trace)
        # `f"{name}.json"[:-5]`: the cut lies within the known end.
        if start is None and stop is not None and -len(text.tail) <= stop < 0 and isinstance(text.parts[-1], Chunk):
            return _with_end(text, text.parts[-1], stop)
        # `f"s3://{name}"[5:]`
        if stop is None and start is not None and 0 <= start <= len(text.head) and isinstance(text.parts[0], Chunk):
            return _with_beginning(text, text.parts[0], start)
    return derived(text, name, "a slice")


def _with_end(text: Text, last: Chunk, stop: int) -> Value:
    if -stop > len(last.text):
        return derived(text, "", "a slice")
    return Text((*text.parts[:-1], Chunk(last.text[:stop], last.site)), site=text.site, trace=text.trace)


def _with_beginning(text: Text, first: Chunk, start: int) -> Value:
    if start > len(first.text):
        return derived(text, "", "a slice")
    return Text((Chunk(first.text[start:], first.site), *text.parts[1:]), site=text.site, trace=text.trace)


def cut(text: Text, index: int) -> tuple[Text, Text]:
    """Return a text before and behind an index within its known beginning; a negative one counts from its end, which is known there."""
    before, behind = list[Chunk | Hole](), list(text.parts)
    if index < 0:
        before, behind = behind, before
    while index > 0 and isinstance(first := behind.pop(0), Chunk):
        before.append(Chunk(first.text[:index], first.site))
        behind[:0] = [Chunk(first.text[index:], first.site)] if len(first.text) > index else []
        index -= min(index, len(first.text))
    while index < 0 and isinstance(last := before.pop(), Chunk):
        behind.insert(0, Chunk(last.text[index:], last.site))
        before += [Chunk(last.text[:index], last.site)] if len(last.text) > -index else []
        index += min(-index, len(last.text))
    return _of(text, before), _of(text, behind)


def _of(text: Text, parts: list[Chunk | Hole]) -> Text:
    return Text(tuple(parts), site=text.site, trace=text.trace)
