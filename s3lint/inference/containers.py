"""Take items out of containers: elements of a loop, unpacked items, subscripts, and what a `with` statement enters."""

from __future__ import annotations

from s3lint.inference.values import (
    Absent,
    Chunk,
    Constant,
    Fallback,
    Mapping,
    Parameter,
    Reference,
    Sequence,
    Text,
    Union,
    Unknown,
    Value,
    alternatives,
    join_values,
)


def element(value: Value) -> Value:
    """Return what a loop variable takes from a container, over all its rounds."""
    if isinstance(value, Union):
        return join_values([element(alternative) for alternative in value.alternatives], chosen=value.chosen)
    if isinstance(value, Fallback):
        return join_values([element(value.primary), element(value.default)])
    if isinstance(value, Sequence):
        items = list(value.items)
        return join_values([*items, Unknown("the sequence may hold more items")] if value.open else items)
    if isinstance(value, Mapping):
        # Iterating over a dict gives its keys.
        names = [Text((Chunk(key),), site=value.site) for key in value.names]
        return join_values([*names, *value.rest])
    if isinstance(value, Reference):
        return Reference(f"{value.path}[]", receiver=value)
    return Unknown("the container is not known", (value,))


def item_at(value: Value, index: int) -> Value:
    """Return the item that an unpacking or a constant index takes."""
    if isinstance(value, Union):
        return join_values([item_at(alternative, index) for alternative in value.alternatives], chosen=value.chosen)
    # `[x for …][3]`: each item stands for any number, so any of them may be the one.
    if isinstance(value, Sequence) and value.repeated and not value.open:
        return join_values(value.items)
    if isinstance(value, Sequence) and not value.open and -len(value.items) <= index < len(value.items):
        return value.items[index]
    if isinstance(value, Reference):
        return Reference(f"{value.path}[{index}]", receiver=value)
    if isinstance(value, Text):
        return _character(value, index)
    return Unknown("the sequence is not known", (value,))


def _character(text: Text, index: int) -> Value:
    """Return one character of a text, counted from the end that is known."""
    known = text.head if index >= 0 else text.tail
    if -len(known) <= index < len(known):
        return Text((Chunk(known[index]),))
    return Unknown("the character is not known", (text,))


def keyed(value: Value, key: str) -> Value:
    """Return the value of `value["key"]`."""
    if isinstance(value, Union):
        return join_values([keyed(alternative, key) for alternative in value.alternatives], chosen=value.chosen)
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, Reference):
        return Reference(f'{value.path}["{key}"]', receiver=value)
    return Unknown(f"what `[{key!r}]` holds is not known", (value,))


def context_value(value: Value) -> Value:
    """Return what `with value as name` binds."""
    if isinstance(value, Union):
        return join_values([context_value(alternative) for alternative in value.alternatives], chosen=value.chosen)
    # A generator with `@contextmanager`: `with` binds what it yields.
    if isinstance(value, Sequence) and value.items:
        return join_values(value.items)
    return value


def merged(left: Value, right: Value) -> Value:
    """`{**left, **right}`."""
    if not isinstance(left, Mapping):
        return Unknown("the mapping is not known")
    results: list[Value] = []
    for choice in alternatives(right):
        if isinstance(choice, Mapping):
            result = left
            for entry in choice.entries:
                result = result.with_entry(entry.key, entry.value, site=entry.site)
            results.append(result.opened() if choice.open else result)
        else:
            # `rest` keeps what is unknown, so that callers can still be asked for it.
            results.append(left.opened(choice if isinstance(choice, (Parameter, Unknown)) else None))
    return join_values(results)


def entry(holder: Value, name: str) -> Value:
    """Return an entry of a mapping that may be missing, None, or one of several."""
    if isinstance(holder, Union):
        return join_values([entry(choice, name) for choice in holder.alternatives], chosen=holder.chosen)
    if isinstance(holder, Fallback):
        return join_values([entry(holder.primary, name), entry(holder.default, name)])
    if isinstance(holder, Mapping):
        return holder.get(name)
    # `ExtraArgs=None` is as good as none.
    if isinstance(holder, Absent) or (isinstance(holder, Constant) and holder.value is None):
        return Absent(site=holder.site)
    return Unknown("the mapping is not known")
