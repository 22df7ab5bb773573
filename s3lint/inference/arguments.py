"""Match the arguments of calls to names and positions, and evaluate them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from typing import TYPE_CHECKING, Protocol

from s3lint.inference.containers import element, entry
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Mapping, Sequence, Unknown, Value, alternatives, join_values
from s3lint.support.frozen import frozen
from s3lint.syntax.names import last_name
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    import libcst as cst

    from s3lint.inference.place import CallContext


@frozen()
class Written:
    """An expression and the place where it is evaluated."""

    node: cst.BaseExpression = field(repr=False)
    place: Place
    items: bool = False
    """Whether one item of the value is meant, as `map` passes it."""

    @property
    def site(self) -> Site:
        return Site(self.place.block, self.node)

    @property
    def name(self) -> str:
        """The name that tells a reader what the expression is."""
        return last_name(self.node)


@frozen()
class Call:
    """The arguments of one call. A call by reference (`executor.submit(f, x)`) has those that `f` will receive."""

    node: cst.CSTNode = field(repr=False)
    function: Written | None
    positional: tuple[Written, ...] = ()
    keywords: tuple[tuple[str, Written], ...] = ()
    stars: tuple[Written, ...] = ()
    splats: tuple[Written, ...] = ()

    @classmethod
    def of(cls, node: cst.Call, place: Place) -> Call:
        return cls.passing(node, Written(node.func, place), node.args, place)

    @classmethod
    def passing(cls, node: cst.CSTNode, function: Written | None, args: Iterable[cst.Arg], place: Place) -> Call:
        positional, keywords, stars, splats = [], [], [], []
        for arg in args:
            written = Written(arg.value, place)
            if arg.star == "*":
                stars.append(written)
            elif arg.star == "**":
                splats.append(written)
            elif arg.keyword is not None:
                keywords.append((arg.keyword.value, written))
            # Behind `*args` the position of an argument is not known.
            elif not stars:
                positional.append(written)
        return cls(node, function, tuple(positional), tuple(keywords), tuple(stars), tuple(splats))

    def without_first(self, count: int) -> Call:
        """Return the call that the first arguments make when they are passed on by reference."""
        function = self.positional[count - 1] if count <= len(self.positional) else None
        return Call(self.node, function, self.positional[count:], self.keywords, self.stars, self.splats)

    def on(self, function: cst.BaseExpression, place: Place) -> Call:
        """Return the call with another expression for what is called."""
        return replace(self, function=Written(function, place))

    def over_items(self, *, unpack: bool) -> Call:
        """Return the call that `map` makes: one item of each container, or with `unpack` the parts of one item."""
        items = tuple(replace(written, items=True) for written in self.positional)
        if unpack:
            return replace(self, positional=(), stars=items)
        return replace(self, positional=items)

    def within(self, context: CallContext | None) -> Call:
        """Return the same call, its arguments evaluated in a context."""

        def moved(written: Written) -> Written:
            return replace(written, place=written.place.within(context))

        return Call(
            self.node,
            moved(self.function) if self.function is not None else None,
            tuple(map(moved, self.positional)),
            tuple((name, moved(written)) for name, written in self.keywords),
            tuple(map(moved, self.stars)),
            tuple(map(moved, self.splats)),
        )

    @property
    def place(self) -> Place | None:
        return self.function.place if self.function is not None else None


class Evaluates(Protocol):
    """Evaluates expressions: the evaluator alone, or with parameters resolved by callers."""

    def evaluate(self, node: cst.BaseExpression, place: Place) -> Value: ...

    def entry(self, node: cst.BaseExpression, place: Place, key: str) -> Value: ...


@frozen()
class Arguments:
    """The arguments of a call, and of the partial application before it."""

    evaluator: Evaluates = field(repr=False)
    call: Call
    before: Arguments | None = None
    on_get: Callable[[str, Value], object] | None = field(default=None, compare=False, repr=False)
    """Called with each argument that a rule asks for, to explain what the rule made of the call."""

    def get(self, name: str | None, position: int | None = None) -> Value:
        """Return the value passed under a name or at a position: `Absent` only where it is provably not passed."""
        written = self.written(name, position)
        value = self.value_of(written) if written is not None else self.spread(name, position)
        if self.on_get is not None:
            self.on_get(name or f"argument {position}", value)
        return value

    def entry(self, name: str, position: int | None, key: str) -> Value:
        """Return one entry of a mapping that is passed under a name or at a position: `Absent` where provably none."""
        written = self.written(name, position)
        if written is not None and not written.items:
            return self.evaluator.entry(written.node, written.place, key)
        return entry(self.get(name, position), key)

    def value_of(self, written: Written) -> Value:
        value = self.evaluator.evaluate(written.node, written.place)
        return element(value) if written.items else value

    def written(self, name: str | None, position: int | None = None) -> Written | None:
        """Return the expression that is passed under a name or at a position, where it is written in the call itself."""
        for keyword, value in self.call.keywords:
            if keyword == name:
                return value
        # `partial(f, a)(b)`: `b` is the second argument of `f`.
        earlier = self.before.count if self.before else 0
        if position is not None and position >= earlier and position - earlier < len(self.call.positional):
            return self.call.positional[position - earlier]
        return self.before.written(name, position) if self.before else None

    @property
    def count(self) -> int:
        """How many arguments are passed by position."""
        return len(self.call.positional) + (self.before.count if self.before else 0)

    @property
    def keywords(self) -> tuple[str, ...]:
        names = tuple(name for name, _ in self.call.keywords)
        return names + (self.before.keywords if self.before else ())

    @property
    def spreads(self) -> bool:
        """Whether `*args` or `**kwargs` is passed."""
        return bool(self.call.stars or self.call.splats or (self.before and self.before.spreads))

    @property
    def names(self) -> Iterator[str]:
        """The name of every keyword, those of known `**` mappings included."""
        if self.before:
            yield from self.before.names
        for name, _ in self.call.keywords:
            yield name
        for written in self.call.splats:
            yield from self._keys(written)

    def positional(self) -> Iterator[Written]:
        if self.before:
            yield from self.before.positional()
        yield from self.call.positional

    def named(self) -> Iterator[tuple[str, Value]]:
        """Yield every keyword, those of known `**` mappings included."""
        if self.before:
            yield from self.before.named()
        for name, written in self.call.keywords:
            yield name, self.value_of(written)
        for written in self.call.splats:
            for key in self._keys(written):
                yield key, self._splatted(written, key)

    def spread(self, name: str | None, position: int | None) -> Value:
        """Return what `*args` and `**kwargs` pass under a name or at a position."""
        found = [self._splatted(written, name) for written in self.call.splats] if name is not None else []
        if position is not None and self.call.stars:
            found.append(self._item(position))
        if self.before is not None:
            found.append(self.before.spread(name, position))
        present = [value for value in found if not isinstance(value, Absent)]
        return join_values(present) if present else Absent()

    def _keys(self, written: Written) -> Iterable[str]:
        known = [choice for choice in alternatives(self.value_of(written)) if isinstance(choice, Mapping)]
        return dict.fromkeys(key for choice in known for key in choice.names)

    def _splatted(self, written: Written, name: str) -> Value:
        return self.evaluator.entry(written.node, written.place, name)

    def _item(self, position: int) -> Value:
        first = self.call.stars[0]
        value = self.value_of(first)
        index = position - self.count
        if isinstance(value, Sequence) and not value.open:
            # `f(*known)` with a sequence that is known whole: behind its end nothing is passed.
            return value.items[index] if 0 <= index < len(value.items) else Absent()
        return Unknown("passed by *")
