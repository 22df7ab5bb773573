"""Make libcst nodes without layout from the nodes of Python's own tree, each as libcst makes it of the same code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from s3lint.source.text import Columns
from s3lint.syntax import bare_nodes as bare
from s3lint.syntax.names import dotted_node
from s3lint.syntax.strings import string_of


class Maker:
    """Makes nodes from those that `ast` made of a text, of which `starts` are the offsets of the rows.

    A suite is an empty list at first: `body` is told of each, and fills it when its statements are asked for.
    """

    refused = False
    """Whether libcst refused an expression, in whose place an ellipsis stands."""

    def __init__(self, text: str, starts: Sequence[int]) -> None:
        self._text = text
        self._starts = starts
        self._is_ascii = text.isascii()
        self._columns: dict[int, Columns] = {}

    def raw(self, node: ast.expr | ast.stmt) -> str:
        """Return the code of a node as it is written, without parentheses around it."""
        return self._text[self._offset(node.lineno, node.col_offset) : self._offset(node.end_lineno or 0, node.end_col_offset or 0)]

    def starts_with(self, node: ast.expr | ast.stmt, word: str) -> bool:
        return self._text.startswith(word, self._offset(node.lineno, node.col_offset))

    def _offset(self, row: int, column: int) -> int:
        """Return where a place of `ast` lies in the text. Its columns count bytes."""
        start = self._starts[row - 1]
        if self._is_ascii or not column:
            return start + column
        columns = self._columns.get(row)
        if columns is None:
            columns = self._columns[row] = Columns(self._text[start : self._starts[row]])
        return start + columns.characters(column)

    def parsed(self, node: ast.expr) -> cst.BaseExpression:
        """Return an expression as libcst parses it: before Python 3.12, `ast` does not tell where the parts of an f-string are."""
        raw = self.raw(node)
        try:
            return cst.parse_expression(f"({raw})" if "\n" in raw or "\r" in raw else raw)
        except Exception:  # libcst is then asked for the block as a whole, and what it refuses there is reported.
            self.refused = True
            return cst.Ellipsis()

    # Statements

    def body(self, nodes: list[ast.stmt]) -> Any:
        """Return the suite of a clause: on lines of their own, or behind its colon."""
        is_inline = type(nodes[0]) in SIMPLE and self.follows_colon(nodes[0])
        return (bare.INLINE if is_inline else bare.BLOCK)(self.suite(nodes, is_inline=is_inline))

    def follows_colon(self, node: ast.stmt) -> bool:
        """Tell whether the first statement of a suite stands on the row of its colon."""
        return not self._text[self._offset(node.lineno, 0) : self._offset(*_place(node))].isspace() and node.col_offset > 0

    def suite(self, nodes: list[ast.stmt], *, is_inline: bool) -> list[Any]:
        """Return the list of the statements of a suite."""
        raise NotImplementedError

    def branch(self, node: ast.If) -> Any:
        """Return the statement that an `elif` is."""
        raise NotImplementedError

    def function(self, node: Any, asynchronous: Any = None) -> Any:
        returns = bare.ANNOTATION(self.of(node.returns)) if node.returns is not None else None
        decorators = [bare.DECORATOR(self.of(item)) for item in node.decorator_list]
        return bare.FUNCTION(
            bare.NAME(node.name), self.parameters(node.args), self.body(node.body), decorators, returns, asynchronous
        )

    def class_(self, node: ast.ClassDef) -> Any:
        args = self.args(node.bases, node.keywords)
        named = [arg.keyword is not None or arg.star == "**" for arg in args]
        bases = [arg for arg, is_named in zip(args, named, strict=True) if not is_named]
        keywords = [arg for arg, is_named in zip(args, named, strict=True) if is_named]
        decorators = [bare.DECORATOR(self.of(item)) for item in node.decorator_list]
        return bare.CLASS(bare.NAME(node.name), self.body(node.body), bases, keywords, decorators)

    def if_(self, node: ast.If) -> Any:
        branch = self.elif_of(node)
        orelse = self.branch(branch) if branch is not None else self.orelse(node.orelse)
        return bare.IF(self.of(node.test), self.body(node.body), orelse)

    def elif_of(self, node: ast.If) -> ast.If | None:
        """Return the `elif` behind a branch, which `ast` shows as the only statement of an `else`."""
        inner = node.orelse[0] if len(node.orelse) == 1 else None
        return inner if isinstance(inner, ast.If) and self.starts_with(inner, "elif") else None

    def orelse(self, nodes: list[ast.stmt]) -> Any:
        return bare.ELSE(self.body(nodes)) if nodes else None

    def for_(self, node: Any, asynchronous: Any = None) -> Any:
        return bare.FOR(self.of(node.target), self.of(node.iter), self.body(node.body), self.orelse(node.orelse), asynchronous)

    def while_(self, node: ast.While) -> Any:
        return bare.WHILE(self.of(node.test), self.body(node.body), self.orelse(node.orelse))

    def with_(self, node: Any, asynchronous: Any = None) -> Any:
        items = [bare.WITHITEM(self.of(item.context_expr), self.as_name(item.optional_vars)) for item in node.items]
        return bare.WITH(items, self.body(node.body), asynchronous)

    def as_name(self, node: ast.expr | None) -> Any:
        return bare.ASNAME(self.of(node)) if node is not None else None

    def try_(self, node: Any, make: Any, make_handler: Any) -> Any:
        handlers = [
            make_handler(self.body(each.body), self.maybe(each.type), bare.ASNAME(bare.NAME(each.name)) if each.name else None)
            for each in node.handlers
        ]
        final = bare.FINALLY(self.body(node.finalbody)) if node.finalbody else None
        return make(self.body(node.body), handlers, self.orelse(node.orelse), final)

    def annassign(self, node: ast.AnnAssign) -> Any:
        return bare.ANNASSIGN(self.of(node.target), bare.ANNOTATION(self.of(node.annotation)), self.maybe(node.value))

    def delete(self, node: ast.Delete) -> Any:
        return bare.DEL(self.of(node.targets[0]) if len(node.targets) == 1 else bare.TUPLE(self.elements(node.targets)))

    def import_from(self, node: ast.ImportFrom) -> Any:
        names = bare.IMPORT_STAR() if node.names[0].name == "*" else self.aliases(node.names)
        return bare.IMPORT_FROM(dotted_node(node.module) if node.module else None, names, (bare.DOT,) * node.level)

    def aliases(self, names: list[ast.alias]) -> list[Any]:
        return [bare.ALIAS(dotted_node(item.name), bare.ASNAME(bare.NAME(item.asname)) if item.asname else None) for item in names]

    # Expressions

    def maybe(self, node: ast.expr | None) -> Any:
        return self.of(node) if node is not None else None

    def of(self, node: ast.expr) -> Any:
        return EXPRESSIONS.get(type(node), Maker.parsed)(self, node)

    def args(self, args: list[ast.expr], keywords: list[ast.keyword]) -> Sequence[Any]:
        """Return the arguments of a call or a class, in the order in which they are written."""
        if not args and not keywords:
            return ()
        found = [
            bare.ARG(self.of(arg.value), None, "*") if type(arg) is ast.Starred else bare.ARG(self.of(arg), None, "")
            for arg in args
        ]
        named = [
            bare.ARG(self.of(item.value), bare.NAME(item.arg) if item.arg else None, "" if item.arg else "**") for item in keywords
        ]
        if named and args and _place(args[-1]) > _place(keywords[0]):
            places = [_place(node) for node in (*args, *keywords)]
            return [arg for _, arg in sorted(zip(places, (*found, *named), strict=True), key=lambda pair: pair[0])]
        return [*found, *named]

    def constant(self, node: ast.Constant) -> Any:
        kind = type(node.value)
        if kind is str or kind is bytes:
            return string_of(self.raw(node), _within) or self.parsed(node)
        if kind is bool or node.value is None:
            return bare.NAME(str(node.value))
        if node.value is ...:
            return bare.ELLIPSIS()
        return (bare.INTEGER if kind is int else bare.FLOAT if kind is float else bare.IMAGINARY)(self.raw(node))

    def formatted(self, node: ast.JoinedStr) -> Any:
        """Return an f-string, or several strings side by side with one among them."""
        return string_of(self.raw(node), _within) or self.parsed(node)

    def elements(self, nodes: list[ast.expr]) -> list[Any]:
        return [bare.STARRED(self.of(node.value)) if type(node) is ast.Starred else bare.ELEMENT(self.of(node)) for node in nodes]

    def dict_(self, node: ast.Dict) -> Any:
        pairs = zip(node.keys, node.values, strict=True)
        return bare.DICT(
            [bare.PAIR(self.of(key), self.of(value)) if key is not None else bare.SPREAD(self.of(value)) for key, value in pairs]
        )

    def boolean(self, node: ast.BoolOp) -> Any:
        found = self.of(node.values[0])
        for value in node.values[1:]:
            found = bare.BOOLEAN(found, bare.BOOLEAN_OPERATORS[type(node.op)], self.of(value))
        return found

    def comparison(self, node: ast.Compare) -> Any:
        targets = [
            bare.COMPARED(bare.COMPARISONS[type(op)], self.of(other)) for op, other in zip(node.ops, node.comparators, strict=True)
        ]
        return bare.COMPARISON(self.of(node.left), targets)

    def subscript(self, node: ast.Subscript) -> Any:
        inner = node.slice
        if type(inner) is ast.Tuple and inner.elts:
            if self.starts_with(inner, "("):  # Either `x[(a, b)]` or `x[(a), b]`.
                return self.parsed(node)
            return bare.SUBSCRIPT(self.of(node.value), [bare.SLOT(self.slot(each)) for each in inner.elts])
        return bare.SUBSCRIPT(self.of(node.value), [bare.SLOT(self.slot(inner))])

    def slot(self, node: ast.expr) -> Any:
        if type(node) is ast.Slice:
            return bare.SLICE(self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step))
        return bare.INDEX(self.of(node.value), "*") if type(node) is ast.Starred else bare.INDEX(self.of(node), None)

    def loops(self, clauses: list[ast.comprehension]) -> Any:
        """Return the `for` clauses of a comprehension, each within the one before it."""
        inner: Any = None
        for clause in reversed(clauses):
            ifs = [bare.COMPIF(self.of(test)) for test in clause.ifs]
            inner = bare.COMPFOR(self.of(clause.target), self.of(clause.iter), ifs, inner, bare.ASYNC if clause.is_async else None)
        return inner

    def parameters(self, node: ast.arguments) -> Any:
        plain = [*node.posonlyargs, *node.args]
        missing, first = len(plain) - len(node.defaults), len(node.posonlyargs)
        made = [self.param(arg, node.defaults[index - missing] if index >= missing else None) for index, arg in enumerate(plain)]
        only = [self.param(arg, default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        star: Any = bare.BARE_STAR() if only else cst.MaybeSentinel.DEFAULT
        if node.vararg is not None:
            star = self.param(node.vararg, None, "*")
        return bare.PARAMETERS(
            made[first:], star, only, self.param(node.kwarg, None, "**") if node.kwarg is not None else None, made[:first]
        )

    def param(self, node: ast.arg, default: ast.expr | None, star: str = "") -> Any:
        annotation = bare.ANNOTATION(self.of(node.annotation)) if node.annotation is not None else None
        return bare.PARAM(bare.NAME(node.arg), annotation, self.maybe(default), star)


def _place(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _within(program: str, node: ast.expr) -> Any:
    """Return the node of an expression of a program on one row."""
    return Maker(program, (0, len(program))).of(node)


S = Maker
Make = Callable[[Maker, Any], Any]

SIMPLE: dict[type, Make] = {
    ast.Assign: lambda s, n: bare.ASSIGN([bare.TARGET(s.of(target)) for target in n.targets], s.of(n.value)),
    ast.AugAssign: lambda s, n: bare.AUGASSIGN(s.of(n.target), bare.AUGMENTED[type(n.op)], s.of(n.value)),
    ast.AnnAssign: S.annassign, ast.Delete: S.delete, ast.Import: lambda s, n: bare.IMPORT(s.aliases(n.names)),
    ast.ImportFrom: S.import_from, ast.Expr: lambda s, n: bare.EXPR(s.of(n.value)), ast.Return: lambda s, n: bare.RETURN(s.maybe(n.value)),
    ast.Raise: lambda s, n: bare.RAISE(s.maybe(n.exc), bare.FROM(s.of(n.cause)) if n.cause is not None else None),
    ast.Assert: lambda s, n: bare.ASSERT(s.of(n.test), s.maybe(n.msg)),
    ast.Global: lambda _, n: bare.GLOBAL([bare.ITEM(bare.NAME(name)) for name in n.names]),
    ast.Nonlocal: lambda _, n: bare.NONLOCAL([bare.ITEM(bare.NAME(name)) for name in n.names]),
    ast.Pass: lambda _s, _n: bare.PASS(), ast.Break: lambda _s, _n: bare.BREAK(), ast.Continue: lambda _s, _n: bare.CONTINUE(),
}  # fmt: skip

COMPOUND: dict[type, Make] = {
    ast.FunctionDef: S.function, ast.AsyncFunctionDef: lambda s, n: s.function(n, bare.ASYNC), ast.ClassDef: S.class_, ast.If: S.if_,
    ast.For: S.for_, ast.AsyncFor: lambda s, n: s.for_(n, bare.ASYNC), ast.While: S.while_, ast.With: S.with_,
    ast.AsyncWith: lambda s, n: s.with_(n, bare.ASYNC), ast.Try: lambda s, n: s.try_(n, bare.TRY, bare.HANDLER),
}  # fmt: skip
if hasattr(ast, "TryStar"):
    COMPOUND[ast.TryStar] = lambda s, n: s.try_(n, bare.TRYSTAR, bare.STARHANDLER)

EXPRESSIONS: dict[type, Make] = {
    ast.Name: lambda _, n: bare.NAME(n.id), ast.Attribute: lambda s, n: bare.ATTRIBUTE(s.of(n.value), bare.NAME(n.attr)),
    ast.Call: lambda s, n: bare.CALL(s.of(n.func), s.args(n.args, n.keywords)), ast.Constant: S.constant, ast.JoinedStr: S.formatted,
    ast.Tuple: lambda s, n: bare.TUPLE(s.elements(n.elts)), ast.List: lambda s, n: bare.LIST(s.elements(n.elts)),
    ast.Set: lambda s, n: bare.SET(s.elements(n.elts)), ast.Dict: S.dict_, ast.BoolOp: S.boolean, ast.Compare: S.comparison,
    ast.BinOp: lambda s, n: bare.BINARY(s.of(n.left), bare.BINARY_OPERATORS[type(n.op)], s.of(n.right)),
    ast.UnaryOp: lambda s, n: bare.UNARY(bare.UNARY_OPERATORS[type(n.op)], s.of(n.operand)),
    ast.Subscript: S.subscript, ast.Lambda: lambda s, n: bare.LAMBDA(s.parameters(n.args), s.of(n.body)),
    ast.Yield: lambda s, n: bare.YIELD(s.maybe(n.value)), ast.YieldFrom: lambda s, n: bare.YIELD(bare.FROM(s.of(n.value))),
    ast.IfExp: lambda s, n: bare.IFEXP(s.of(n.test), s.of(n.body), s.of(n.orelse)),
    ast.Await: lambda s, n: bare.AWAIT(s.of(n.value)), ast.NamedExpr: lambda s, n: bare.WALRUS(s.of(n.target), s.of(n.value)),
    ast.ListComp: lambda s, n: bare.LISTCOMP(s.of(n.elt), s.loops(n.generators)),
    ast.SetComp: lambda s, n: bare.SETCOMP(s.of(n.elt), s.loops(n.generators)),
    ast.GeneratorExp: lambda s, n: bare.GENERATOR(s.of(n.elt), s.loops(n.generators)),
    ast.DictComp: lambda s, n: bare.DICTCOMP(s.of(n.key), s.of(n.value), s.loops(n.generators)),
}  # fmt: skip
