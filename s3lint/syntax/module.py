"""Load modules: the outline of all, libcst trees of those blocks only that are asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar, cast

import libcst as cst

from s3lint.source.text import Source, Unreadable, split_lines, with_plain_indentation, without_feeds
from s3lint.support.cached import cached_property
from s3lint.support.clock import CLOCK
from s3lint.support.interpreter import paused_collector
from s3lint.syntax.extent import WORD, Extent, block_starts, header_number, numbers_holding, signature, words_by_block
from s3lint.syntax.layout import add_layout
from s3lint.syntax.names import dotted_name, import_names
from s3lint.syntax.nesting import too_deep, too_deep_among
from s3lint.syntax.outline import MEMBER_HEADER, Import, Outline, Part, TooDeep, attributes_set, outline, parse
from s3lint.syntax.places import Places, Range
from s3lint.syntax.positions import Positions, positions_of
from s3lint.syntax.recent_trees import Statements, recent_tree, tree_of
from s3lint.syntax.skeleton import Skeleton, skeleton_of
from s3lint.syntax.walk import children, subtree

T = TypeVar("T")

MAX_SCANS = 32
"""Searches for words in one module by reading its text; then all words are indexed. A large module has a search for each function."""


@dataclass(eq=False, repr=False)
class Parsed:
    """The nodes of a block, and what is known of them wherever the block stands. Raises `Unreadable` where libcst refuses the text."""

    text: str
    _read: str = ""
    """What libcst read, once it has: some of the white space is not as in the text."""
    _skeleton: Skeleton | None = None

    def skeleton(self, written: Statements | None) -> Skeleton | None:
        """Return the statements without layout, `written` if `ast` has parsed them already; None where libcst makes them."""
        if self._skeleton is None and "tree" not in self.__dict__:
            with CLOCK.stage("skeletons"):
                made = skeleton_of(self.text, written)
                self._skeleton = made if made is not None and too_deep_among(self.text, made.parts) is None else None
        return self._skeleton

    def statements(self, written: Statements | None) -> Sequence[cst.CSTNode]:
        """Return the statements. They get their layout when `tree` is asked for."""
        skeleton = self.skeleton(written)
        return skeleton.complete() if skeleton is not None else self.tree.body

    @cached_property
    def tree(self) -> cst.Module:
        """What libcst makes of the text, with the statements that were made before in the place of its own."""
        tree, self._read = parse_tree(self.text)
        if self._skeleton is not None and add_layout(made := self._skeleton.complete(), tree.body):
            object.__setattr__(tree, "body", made)
        return tree

    @cached_property
    def positions(self) -> Positions:
        return positions_of(self.tree, self._read)

    @cached_property
    def places(self) -> Places | None:
        """What `ast` tells of ranges; None where the nodes are libcst's own."""
        try:
            return Places(self.text, self._skeleton.complete()) if self._skeleton is not None else None
        except RecursionError:
            return None

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        return {child: node for statement in self.statements(None) for node in subtree(statement) for child in children(node)}


class Trees:
    """The trees of one module by their texts, those of the version before it included.

    Blocks with equal texts share none: values are remembered by node.
    """

    def __init__(self, before: Trees | None = None) -> None:
        self.used: dict[str, Parsed] = {}
        self._offered = dict(before.used) if before is not None else {}

    def of(self, text: str) -> Parsed:
        # Popped, since a second block with the same text must get another tree.
        found = self._offered.pop(text, None) or Parsed(text)
        self.used[text] = found
        return found


@dataclass(eq=False, repr=False)
class Block:
    """A run of lines that libcst parses alone: top-level statements, one member of a class, or the header of a class.

    `offset` is added to the rows of its tree to obtain rows of the file.
    """

    module: Module
    part: Part
    member: bool = False
    refused: Unreadable | None = None

    @cached_property
    def offset(self) -> int:
        # A member of a class is parsed below a header of one row, so that its indentation is valid.
        return self.part.start - 1 - (1 if self.member else 0)

    @cached_property
    def text(self) -> str:
        text = self.module.file.rows(self.part.start, self.part.end)
        self.module.extent.note_block(self.part.number, text)
        return text

    @cached_property
    def sets(self) -> frozenset[str]:
        """The names of the attributes that a block which is a function itself binds or alters."""
        program, written = self._program, self._written
        return attributes_set(written.nodes if written is not None else parse(program).body)

    @cached_property
    def holds_walrus(self) -> bool:
        """Whether some expression may bind a name."""
        return ":=" in self.text

    @cached_property
    def holds_yield(self) -> bool:
        """Whether some function may be a generator."""
        return "yield" in self.text

    @cached_property
    def parsed(self) -> Parsed:
        """The nodes, shared with the version of the module before this one where the text is the same."""
        if self.part.kind == "class":
            text = self.module.file.rows(self.part.start, self.part.header)
            self.module.extent.note_block(header_number(self.part), text)
            # The header alone, with a body that any indentation fits: the members are blocks of their own.
            text += f"{_newline(text)}{_indentation(text)} pass\n"
            return self.module.trees.of(MEMBER_HEADER + text if self.member else text)
        return self.module.trees.of(self._program)

    @property
    def _program(self) -> str:
        """The text as a program by itself."""
        return program_of(self.text, member=self.member)

    @property
    def _written(self) -> Statements | None:
        """What `ast` made of the block when it parsed the file, while that is kept."""
        file = recent_tree(self.module.file.text) if self.part.kind != "class" else None
        found = file.on_rows(self.part.start, self.part.end) if file is not None else None
        return found.as_member() if found is not None and self.member else found

    @cached_property
    def tree(self) -> cst.Module:
        """What libcst makes of the block, layout included; an empty module where it refuses the text, `refused` then says why."""
        try:
            return self.parsed.tree
        except Unreadable as error:
            self.refused = Unreadable(error.message, error.row + self.offset, error.column)
            return cst.Module(body=())

    @property
    def skeleton(self) -> Skeleton | None:
        """The statements by themselves; None where they are made together."""
        return self.parsed.skeleton(self._written)

    @cached_property
    def statements(self) -> Sequence[cst.BaseStatement]:
        """The statements, most often without layout, which `tree` gives to the same nodes."""
        try:
            body = cast("Sequence[cst.BaseStatement]", self.parsed.statements(self._written))
        except Unreadable:
            body = cast("Sequence[cst.BaseStatement]", self.tree.body)
        if not self.member or not body:
            return body
        holder = cast("cst.ClassDef", body[0])
        return cast("Sequence[cst.BaseStatement]", holder.body.body)

    @property
    def _places(self) -> Places | None:
        return self.parsed.places if self.statements else None

    def range_of(self, node: cst.CSTNode) -> Range | None:
        """Return where a node starts, and where it ends (behind its last character), in the rows of the tree; None where nothing tells it."""
        found = self._places.of(node) if self._places is not None else None
        # Only where `ast` does not tell, libcst parses the block.
        return found if found is not None or not self.tree.body else self.parsed.positions.of(node)

    def is_bare(self, node: cst.CSTNode) -> bool:
        """Return whether an expression is known, without libcst, to have no parentheses around it."""
        return self._places is not None and self._places.is_bare(node)

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """The node around each node, most often without layout."""
        return self.parsed.parents if self.statements else {}


def program_of(text: str, *, member: bool) -> str:
    """Return the text of a block as a program by itself, in which the member of a class stands below a header."""
    # A backslash may end the last row of a statement; the empty row or comment that it joins belongs to no block.
    text += text[-1] if text.rstrip("\r\n").endswith("\\") else ""
    return MEMBER_HEADER + text if member else text


def _newline(text: str) -> str:
    return "" if text.endswith(("\n", "\r")) else "\n"


def _indentation(text: str) -> str:
    first = next(line for line in split_lines(text) if line.strip())
    return first[: len(first) - len(first.lstrip())]


def parse_tree(text: str) -> tuple[cst.Module, str]:
    """Return the tree of a text, and the text that libcst read for it. Raises `Unreadable` where libcst refuses the text, or where it is nested so deeply that libcst would crash."""
    reason = too_deep(text)
    if reason:
        raise Unreadable(reason)
    try:
        with paused_collector(), CLOCK.stage("parsing"):
            return _parsed_by_libcst(without_feeds(text))
    except cst.ParserSyntaxError as error:
        raise Unreadable("invalid syntax", error.raw_line, error.raw_column + 1) from None
    # libcst raises other errors than `ParserSyntaxError` for some code that `ast` accepts: one file must not end the run.
    except Exception as error:
        raise Unreadable(f"libcst refuses the code: {type(error).__name__}") from None


def _parsed_by_libcst(text: str) -> tuple[cst.Module, str]:
    """Raises `ParserSyntaxError`; for indentation only where Python refuses it too."""
    try:
        return cst.parse_module(text), text
    except cst.ParserSyntaxError:
        plain = with_plain_indentation(text) if "\t" in text else text
        if plain == text:
            raise
        return cst.parse_module(plain), plain


@dataclass(eq=False, repr=False)
class Module:
    """One file of the project. Two modules are the same only when they are the same object: a project loads each once.

    `file` is for what needs no note in `extent`: rows of blocks that are noted, and what an analysis reads of its own file.
    """

    file: Source
    outline: Outline
    trees: Trees
    extent: Extent
    blocks: list[Block] = field(default_factory=list)
    _scans: int = 0

    @classmethod
    def load(
        cls, source: Source, tree: ast.Module | None = None, before: Module | None = None, extent: Extent | None = None
    ) -> Module:
        """Raises `Unreadable` where neither `ast` nor libcst reads the text. `tree` is an `ast.Module`, if one is at hand.

        `before` is the previous version, no longer in use: blocks with the same text are not parsed again. `extent` is what was read
        of the same version before.
        """
        with paused_collector(), CLOCK.stage("outline"):
            found = _outline(source, tree)
            trees = Trees(before.trees if before is not None else None)
            module = cls(source, found, trees, extent if extent is not None else Extent(signature(found)))
        module.blocks = [Block(module, part) for part in found.parts]
        return module

    @property
    def path(self) -> Path:
        return self.file.path

    @property
    def source(self) -> Source:
        """The file. Whoever asks for it depends on all of it."""
        self.extent.whole = True
        return self.file

    def take_apart(self) -> None:
        """Unlink the blocks of a module that nobody will ask again: they refer to it, and it to them."""
        self.blocks = []
        self.trees = Trees()

    @cached_property
    def _offsets(self) -> list[int]:
        """Where in the text each block begins."""
        return block_starts(self.file, self.outline.parts)

    def blocks_holding(self, word: str) -> list[int]:
        """Return the numbers of the blocks in whose text a word stands, in order."""
        self._scans += 1
        if self._scans <= MAX_SCANS or not WORD.fullmatch(word):
            numbers = numbers_holding(self.file.text, self._offsets, word)
        else:
            numbers = self._word_blocks.get(word, [])
        self.extent.note_word(word, numbers)
        return numbers

    @cached_property
    def _word_blocks(self) -> dict[str, list[int]]:
        return words_by_block(self.file.text, self._offsets)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Local names of imported functions that are called otherwise where they come from."""
        return {item.local: item.name for item in self.outline.imports if item.name is not None and item.name != item.local}

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module that is imported anywhere at the top of the file, by its dotted path."""
        return frozenset(item.module for item in self.outline.imports if not item.level)


def once_for_module(function: Callable[[Module], T]) -> Callable[[Module], T]:
    """Keep what a function makes of the whole text of the last few modules. Each use counts as reading the text."""
    kept = lru_cache(maxsize=4)(function)

    @wraps(function)
    def used(module: Module) -> T:
        module.extent.whole = True
        return kept(module)

    return used


@once_for_module
def syntax_of(module: Module) -> ast.Module:
    """Return the whole tree of `ast`; an empty one where only libcst reads the text. It is some ten times the size of the text, so few are kept."""
    try:
        return tree_of(module.file.text)
    except Unreadable:
        return ast.Module([], [])


def _outline(source: Source, tree: ast.Module | None) -> Outline:
    try:
        return outline(tree if tree is not None else tree_of(source.text, source.starts), source)
    except TooDeep:
        raise
    except Unreadable as refused:
        try:
            return whole(source)
        except Unreadable:
            # `ast` names the place and the reason better than libcst.
            raise refused from None


def whole(source: Source) -> Outline:
    """Return the outline of a text that only libcst reads (syntax newer than the running Python): one block.

    Raises `Unreadable` with what `ast` says, which names the place better, where libcst refuses it too.
    """
    tree, _ = parse_tree(source.text)
    imports = tuple(_imports(tree))
    return Outline([Part(1, max(1, len(source.starts) - 1), "whole", frozenset(), imports)])


def _imports(tree: cst.Module) -> Iterator[Import]:
    for line in tree.body:
        for node in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(node, (cst.Import, cst.ImportFrom)) and not isinstance(node.names, cst.ImportStar):
                module = dotted_name(node.module) or "" if isinstance(node, cst.ImportFrom) and node.module is not None else ""
                level = len(node.relative) if isinstance(node, cst.ImportFrom) else 0
                for local, alias in import_names(node):
                    name = dotted_name(alias.name) or ""
                    yield Import(local, module or name, name if isinstance(node, cst.ImportFrom) else None, level)
