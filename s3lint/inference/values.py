"""The values that an expression can have: a small closed set.

Each value knows the node where it is written (`site`) and the hops by which it came to the place that asked (`trace`).
`Unknown` never fires a rule by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from typing_extensions import Self

    from s3lint.inference.arguments import Arguments
    from s3lint.syntax.flow import Scope
    from s3lint.syntax.site import Site

MAX_ALTERNATIVES = 32
"""How many alternatives of one value are kept; further ones count as one unknown."""

MAX_TEXT_PARTS = 64
"""How many parts a text template keeps; a longer one is unknown behind the last."""

MAX_TEXT_CHARACTERS = 1 << 20
"""Characters of a text that is computed: `replace` may make each one longer again and again."""

MAX_ITEMS = 1_000
"""How many items or entries of a display are evaluated; the others are unknown."""


@frozen()
class Hop:
    """One step on the way of a value: where it passed, and how."""

    site: Site
    message: str


V = TypeVar("V", bound="Value")


@frozen(kw_only=True)
class Value:
    site: Site | None = field(default=None, compare=False, repr=False)
    trace: tuple[Hop, ...] = field(default=(), compare=False, repr=False)
    weight: int = field(default=0, init=False, compare=False, repr=False)
    """How many parts it has; 0 until `size.weight_of` counts them."""

    def at(self, site: Site | None) -> Self:
        return _copied(self, site, self.trace)

    def via(self, site: Site, message: str) -> Self:
        return _copied(self, self.site, (*self.trace, Hop(site, message)))


def _copied(value: V, site: Site | None, trace: tuple[Hop, ...]) -> V:
    """Return a copy with another site and trace, in a third of the time of `replace`: no other function is called as often."""
    kind: Any = type(value)
    copied: Any = object.__new__(kind)
    # `weight` is copied too: neither site nor trace is a part that `size` counts.
    for name in _own_fields(kind):
        setattr(copied, name, getattr(value, name))
    copied.site, copied.trace = site, trace
    made: V = copied
    return made


@cache
def _own_fields(kind: type[Value]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in ("site", "trace"))


@frozen()
class Unknown(Value):
    """Nothing is known, for the reason given (`--explain` shows it). `parts` are the values that it is made of."""

    reason: str = "not resolved"
    parts: tuple[Value, ...] = field(default=(), compare=False, repr=False)
    made_of: tuple[Hole, ...] = field(default=(), repr=False)
    """The one text that it is cut out of, or the several that are added."""

    @property
    def is_sum(self) -> bool:
        return len(self.made_of) > 1


@frozen()
class Never(Value):
    """The value of code that is never reached; it adds no alternative."""


@frozen()
class Unbound(Value):
    """No assignment of the scope reaches the place: the scopes around it are asked."""


@frozen()
class Absent(Value):
    """An argument or entry that is provably not given."""


@frozen()
class Constant(Value):
    """None, a boolean or a number."""

    value: int | float | bool | None


@frozen()
class Data(Value):
    """A bytes literal."""

    value: bytes


@frozen()
class Chunk:
    """A known part of a text, and the literal that it stands in."""

    text: str
    site: Site | None = field(default=None, compare=False, repr=False)


@frozen()
class Hole:
    """An unknown part of a text: its value, and the last name in the expression that fills it."""

    value: Value
    name: str = ""


@frozen()
class Text(Value):
    """A string: known chunks and holes, in order. With no hole it is a literal."""

    parts: tuple[Chunk | Hole, ...]

    @property
    def literal(self) -> str | None:
        """The whole text, where nothing of it is unknown."""
        if any(isinstance(part, Hole) for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, Chunk))

    @property
    def head(self) -> str:
        """The known text before the first hole."""
        return "".join(_known_run(self.parts))

    @property
    def tail(self) -> str:
        """The known text behind the last hole."""
        return "".join(reversed(list(_known_run(reversed(self.parts)))))

    @property
    def origin(self) -> Site | None:
        """Where the text is written: its one literal, also if that was changed later, or else the template."""
        # `"" + NAME + ""` is still the literal of NAME.
        written = [part for part in self.parts if isinstance(part, Hole) or part.text]
        only = written[0] if len(written) == 1 else None
        return only.site if isinstance(only, Chunk) and only.site is not None else self.site

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def known(self) -> str:
        """All known parts, with a NUL where a hole stands between them."""
        return "".join(part.text if isinstance(part, Chunk) else "\0" for part in self.parts)

    def __str__(self) -> str:
        return "".join(part.text if isinstance(part, Chunk) else "{" + part.name + "}" for part in self.parts)


def _known_run(parts: Iterable[Chunk | Hole]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Hole):
            return
        yield part.text


@frozen()
class Entry:
    """One entry of a mapping. `site` is the expression that the code gives it, which may be the name of a value from elsewhere."""

    key: str
    value: Value
    site: Site | None = field(default=None, compare=False, repr=False)


@frozen()
class Mapping(Value):
    """A dict with text keys. An open one may hold more entries than are known: those of `rest`, where it is made of other values."""

    entries: tuple[Entry, ...] = ()
    open: bool = False
    rest: tuple[Value, ...] = field(default=(), compare=False, repr=False)

    def get(self, key: str) -> Value:
        """Return the value under a key: `Absent` where provably none."""
        # The last one wins, as in `{"a": 1, "a": 2}`.
        for entry in reversed(self.entries):
            if entry.key == key:
                return entry.value
        return Unknown("the mapping may hold more entries", self.rest) if self.open else Absent()

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that are known."""
        return tuple(entry.key for entry in self.entries)

    def with_entry(self, key: str, value: Value, *, site: Site | None = None) -> Mapping:
        kept = (entry for entry in self.entries if entry.key != key)
        return replace(self, entries=(*kept, Entry(key, value, site)))

    def without(self, key: str) -> Mapping:
        return replace(self, entries=tuple(entry for entry in self.entries if entry.key != key))

    def opened(self, rest: Value | None = None) -> Mapping:
        if rest is not None:
            return replace(self, open=True, rest=(*self.rest, rest))
        return self if self.open else replace(self, open=True)


@frozen()
class Sequence(Value):
    """A list, tuple, set or iterator. An open one may hold other items too; in a repeated one each item stands for any number."""

    items: tuple[Value, ...] = ()
    open: bool = False
    repeated: bool = False

    def opened(self) -> Sequence:
        return self if self.open else replace(self, open=True)


@frozen()
class Environment(Value):
    """A lookup in the environment (`os.environ["NAME"]`); its literal fallback is a `Fallback` around it."""

    name: str | None


@frozen()
class Parameter(Value):
    """A parameter of a first-party function, before its callers are asked."""

    scope: Scope
    name: str
    default: Value | None = None


@frozen()
class Fallback(Value):
    """`primary or default`: the default counts only where the primary is not known to be given."""

    primary: Value
    default: Value


@frozen()
class UserInput(Value):
    """What the command line or a widget gives. Its default in the code is never known to be used."""

    default: Value | None = None


@frozen()
class Union(Value):
    """Several possible values. `chosen` marks those between which a parameter of the same function chooses."""

    alternatives: tuple[Value, ...]
    chosen: bool = False


@frozen()
class Reference(Value):
    """Something of a library, by its canonical dotted path; `()` stands for a call.

    `requests.get(url).content` is `Reference("requests.get().content")`. `arguments` are those of the last call in the path and
    `receiver` is the value that the last attribute was taken from.
    """

    path: str
    arguments: Arguments | None = field(default=None, compare=False, repr=False)
    receiver: Value | None = field(default=None, compare=False, repr=False)
    operands: tuple[Value, ...] = field(default=(), repr=False)
    """The values that the result is made of, where rules look into them (the parts of a joined path)."""


def join_values(values: Iterable[Value], *, chosen: bool = False) -> Value:
    """Return the value of a place that several ways reach. Code that is never reached adds nothing."""
    found: list[Value] = []
    for alternative in _flattened(values, chosen=chosen):
        if not isinstance(alternative, Never) and not _seen(alternative, found):
            found.append(alternative)
        if len(found) > MAX_ALTERNATIVES:
            break
    if not found:
        return Never()
    if len(found) == 1:
        return found[0]
    if len(found) > MAX_ALTERNATIVES:
        found = [*found[:MAX_ALTERNATIVES], Unknown(f"more than {MAX_ALTERNATIVES} alternatives")]
    return Union(tuple(found), chosen)


def _flattened(values: Iterable[Value], *, chosen: bool) -> Iterator[Value]:
    for value in values:
        # A union that a parameter chooses stays one alternative: rules must not offer its members as facts.
        yield from value.alternatives if isinstance(value, Union) and value.chosen == chosen else (value,)


def _seen(value: Value, found: list[Value]) -> bool:
    kind, node = type(value), value.site and value.site.node
    for other in found:
        if value is other:
            return True
        # Equal values written at two places are two findings; unknown ones are never reported, so their place does not matter.
        if type(other) is kind and (kind is Unknown or node is (other.site and other.site.node)) and value == other:
            return True
    return False


def alternatives(value: Value) -> Iterator[Value]:
    """Yield every value that may stand here, fallbacks included, unions flattened."""
    if isinstance(value, Union):
        for alternative in value.alternatives:
            yield from alternatives(alternative)
    elif isinstance(value, Fallback):
        yield from alternatives(value.primary)
        yield from alternatives(value.default)
    else:
        yield value


def has_kind(value: Value, *kinds: type[Value]) -> bool:
    """Tell whether any value that may stand here is of one of some kinds. Asked of almost every name, so no generator."""
    if isinstance(value, Union):
        return any(has_kind(alternative, *kinds) for alternative in value.alternatives)
    if isinstance(value, Fallback):
        return has_kind(value.primary, *kinds) or has_kind(value.default, *kinds)
    return isinstance(value, kinds)
