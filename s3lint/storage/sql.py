"""Tell what a SQL statement does to tables and files. Imports only `support`.

sqlglot, whose import takes a tenth of a second, is imported only when a text contains words that can matter. What it cannot parse is matched with tolerant patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from s3lint.support.clock import CLOCK
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from sqlglot import exp

ACTIONS = re.compile(r"\b(overwrite|copy|unload|truncate|delete|alter|vacuum|set)\b", re.IGNORECASE)
"""The words of actions: an `INSERT` is one if it overwrites."""

CREATIONS = re.compile(r"\b(create|replace)\b", re.IGNORECASE)
TABLES = re.compile(r"\btable\b", re.IGNORECASE)
"""Both words are in the creation of a table. Views, schemas and secrets are created without an action."""

DIALECTS = {"spark": "spark", "databricks": "databricks", "athena": "athena", "redshift": "redshift", "duckdb": "duckdb"}

MAX_SQL_CHARACTERS = 100_000
"""Characters up to which a SQL text is parsed; a longer one is matched with patterns."""


@frozen()
class SqlAction:
    """One action of a statement. `anchors` are patterns for the clause that a report points to, the best first.

    `target` is the name of a table or column, `location` a path, `hours` how long `VACUUM` keeps old files, `setting` the key and
    value of a `SET`. `parsed` is false if only a pattern matched.
    """

    kind: str
    anchors: tuple[str, ...]
    format: str | None = None
    target: str | None = None
    location: str | None = None
    guarded: bool = False
    """Whether a PARTITION, WHERE or REPLACE WHERE limits what is deleted."""
    hours: float | None = None
    setting: tuple[str, str] | None = None
    parsed: bool = True
    span: tuple[int, int] = (0, MAX_SQL_CHARACTERS)
    """Where the statement stands in the text."""


def actions(text: str, engine: str) -> list[SqlAction]:
    """Return the actions of a text of one or more statements. `engine` is a key of `DIALECTS`."""
    # A word in a comment must not trigger anything, and spaces keep every position.
    text = without_comments(text)
    if not _matters(text):
        return []
    found: list[SqlAction] = []
    for start, end in _spans(text):
        for statement in _statements(text[start:end], engine):
            done = _of_text(statement) if isinstance(statement, str) else _of_tree(statement)
            found += [replace(action, span=(start, end)) for action in done]
    return found


TOKENS = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|--[^\n]*|/\*.*?(?:\*/|\Z)|;", re.DOTALL)
"""Quoted texts, comments and the ends of statements. A quote without its end is none of these."""


def without_comments(text: str) -> str:
    """Return a text of SQL with spaces in place of its comments."""
    return TOKENS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]) if match[0][:2] in ("--", "/*") else match[0], text)


def _matters(text: str) -> bool:
    """Tell whether a text may hold an action."""
    return ACTIONS.search(text) is not None or (TABLES.search(text) is not None and CREATIONS.search(text) is not None)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each statement of a text without comments begins and ends."""
    start = 0
    for match in TOKENS.finditer(text):
        if match[0] == ";":
            yield start, match.start()
            start = match.end()
    yield start, len(text)


def _statements(piece: str, engine: str) -> list[Any]:
    """Return the statement as sqlglot's tree, or the text of one that sqlglot does not parse."""
    if not _matters(piece):
        return []
    if len(piece) > MAX_SQL_CHARACTERS:
        return [piece]
    with CLOCK.stage("loading sqlglot"):
        import logging

        import sqlglot
        from sqlglot import exp
        from sqlglot.errors import SqlglotError
    # sqlglot logs a warning for each statement that it does not support.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        trees = sqlglot.parse(piece, dialect=DIALECTS[engine])
    except (SqlglotError, RecursionError, ValueError):
        return [piece]
    # sqlglot returns statements that it does not know as a command, or as an expression such as `vacuum t` (column with alias).
    return [piece if isinstance(tree, (exp.Command, exp.Alias, exp.Column)) else tree for tree in trees if tree is not None]


def _of_tree(tree: exp.Expression) -> Iterator[SqlAction]:
    """Yield the actions of a parsed statement."""
    from sqlglot import exp

    if isinstance(tree, exp.Create) and tree.args.get("kind") == "TABLE":
        yield from _created(tree)
    elif isinstance(tree, exp.Insert) and tree.args.get("overwrite"):
        yield from _overwritten(tree)
    elif isinstance(tree, exp.Copy) and not tree.args.get("kind"):
        yield _copied(tree)
    elif isinstance(tree, exp.TruncateTable):
        yield SqlAction("truncate", ("truncate",), target=_name(tree.expressions[0] if tree.expressions else None))
    elif isinstance(tree, exp.Delete):
        yield SqlAction("delete", ("delete",), target=_name(tree.this), guarded=bool(tree.args.get("where")))
    elif isinstance(tree, exp.Alter):
        yield from _altered(tree)
    elif isinstance(tree, exp.Set):
        yield from _settings(tree)


def _name(node: object) -> str | None:
    """Return the SQL of a node; None if there is no node."""
    return node.sql() if hasattr(node, "sql") else None


def _created(tree: exp.Create) -> Iterator[SqlAction]:
    """Yield a `CREATE TABLE`, its replacement of an old table, and its columns of text."""
    from sqlglot import exp

    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    properties = tree.args.get("properties")
    form, location = None, None
    for item in properties.expressions if properties is not None else ():
        if isinstance(item, exp.FileFormatProperty) and not isinstance(item.this, exp.InputOutputFormat):
            form = item.this.name if hasattr(item.this, "name") else str(item.this)
            form = form or item.this.sql()
        elif isinstance(item, exp.LocationProperty):
            location = item.this.name
        elif isinstance(item, exp.Property) and item.name.lower() == "external_location":
            location = item.args["value"].name
    for column in tree.this.expressions if isinstance(tree.this, exp.Schema) else ():
        if (
            isinstance(column, exp.ColumnDef)
            and column.args.get("kind") is not None
            and column.args["kind"].is_type("text", "varchar")
        ):
            yield SqlAction("string-column", (rf"\b{re.escape(column.name)}[`\"]?\s+\w+",), form, column.name, location)
    if tree.args.get("replace"):
        yield SqlAction("replace", (r"create\s+or\s+replace",), form, _name(table), location)
    yield SqlAction("create", (r"using\s+\S+|stored\s+as\s+\S+|\bformat\s*=\s*\S+", "create"), form, _name(table), location)


def _overwritten(tree: exp.Insert) -> Iterator[SqlAction]:
    """Yield an `INSERT OVERWRITE` of a table or directory."""
    from sqlglot import exp

    # The pattern for directories reads the statement as sqlglot writes it, in which clauses have one order.
    if isinstance(tree.this, exp.Directory):
        yield from _of_text(tree.sql(dialect="hive"))
        return
    target = tree.this
    guarded = bool(tree.args.get("where") or tree.args.get("partition")) or "PARTITION" in target.sql(dialect="spark").upper()
    yield SqlAction("insert-overwrite", (r"insert\s+overwrite",), target=_name(target), guarded=guarded)


def _copied(tree: exp.Copy) -> SqlAction:
    location = tree.args["files"][0].name if tree.args.get("files") else None
    form = None
    for parameter in tree.args.get("params") or ():
        if parameter.name.upper() == "FORMAT" and parameter.args.get("expression") is not None:
            form = parameter.args["expression"].name
    return SqlAction("copy", ("copy",), form or _extension(location), location=location)


def _extension(location: str | None) -> str | None:
    """Return the format that duckdb's `COPY` infers from a file name: its extension, or else csv."""
    return location.rpartition(".")[2].lower() if location and "." in location.rpartition("/")[2] else "csv"


def _altered(tree: exp.Alter) -> Iterator[SqlAction]:
    from sqlglot import exp

    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.Drop) and str(action.args.get("kind")).upper() in ("COLUMN", "COLUMNS"):
            yield SqlAction("drop-column", (r"drop\s+columns?",), target=_name(tree.this))
        elif type(action).__name__ == "ReplaceColumns":
            yield SqlAction("replace-columns", (r"replace\s+columns",), target=_name(tree.this))


def _settings(tree: exp.Set) -> Iterator[SqlAction]:
    for item in tree.expressions:
        key, _, value = item.sql(dialect="spark").partition("=")
        yield SqlAction("set", (r"set\s",), setting=(key.strip().replace("`", ""), value.strip().strip("'\"")))


PATTERNS: dict[str, str] = {
    "insert-directory": r"insert\s+overwrite\s+(?:local\s+)?directory\s+(?P<location>'[^']*'|\"[^\"]*\"|\S+)?.*?(?:using|stored\s+as)\s+(?P<format>[\w.]+)",
    "insert-overwrite": r"insert\s+overwrite\s+(?:table\s+|into\s+)?(?!local\b|directory\b)(?P<target>[\w.`]+)(?P<guard>.*?\bpartition\s*\()?",
    "unload": r"unload\s*\(.*?\)\s*to\s+(?P<location>'[^']*'|\"[^\"]*\"|\S+)(?:.*?format\s*(?:as\s+|=\s*)?['\"]?(?P<format>\w+))?",
    "copy": r"^\s*copy\s+(?!into\b)(?:\(.*\)|\S+)\s+to\s+(?P<location>'[^']*'|\S+)(?:.*?format\s+'?(?P<format>\w+))?",
    "create": r"create\s+(?:or\s+replace\s+)?(?:external\s+)?table\s+(?:if\s+not\s+exists\s+)?(?P<target>[^\s(]+).*?(?:using|stored\s+as(?!\s+inputformat\b))\s+(?P<format>[\w.]+)(?:.*?location\s+(?P<location>'[^']*'|\S+))?",
    "replace": r"(?:create\s+or\s+)?replace\s+table\s+(?P<target>[^\s(]+)",
    "truncate": r"truncate\s+(?:table\s+)?(?P<target>[\w.`]+)",
    "delete": r"delete\s+from\s+(?P<target>[\w.`]+)(?P<guard>.*?\bwhere\b)?",
    "drop-column": r"alter\s+table\s+(?P<target>\S+)\s+drop\s+columns?\b",
    "replace-columns": r"alter\s+table\s+(?P<target>\S+)\s+replace\s+columns\b",
    "vacuum": r"vacuum\s+(?P<target>\S+)(?:.*?retain\s+(?P<hours>[\d.]+)\s+hours?\b(?!\s*dry\s+run))?",
}
"""For statements that sqlglot does not parse. Each pattern takes linear time: no repetition is inside another."""

_COMPILED = {kind: re.compile(pattern, re.IGNORECASE | re.DOTALL) for kind, pattern in PATTERNS.items()}


def _of_text(text: str) -> list[SqlAction]:
    """Return the actions that the patterns find in a text, at most one of each kind."""
    found = []
    for kind, pattern in _COMPILED.items():
        match = pattern.search(text)
        if match is not None:
            groups = match.groupdict()
            hours = groups.get("hours")
            location = groups.get("location")
            found.append(
                SqlAction(
                    kind,
                    (kind.partition("-")[0],),
                    (groups.get("format") or ("text" if kind == "unload" else None)),
                    groups.get("target"),
                    location.strip("'\"") if location else None,
                    groups.get("guard") is not None,
                    float(hours) if hours else None,
                    parsed=False,
                )
            )
    return found


@frozen()
class TextEdit:
    """A range of a text, and what takes its place."""

    start: int
    end: int
    text: str


HIVE_ONLY = frozenset({"ROW", "CLUSTERED", "SORTED", "SKEWED", "SERDE", "INPUTFORMAT", "OUTPUTFORMAT", "EXTERNAL"})
"""Words of clauses that Spark refuses beside `USING` (spark.apache.org, CREATE DATASOURCE TABLE)."""

BEHIND_FORMAT = frozenset({"PARTITIONED", "LOCATION", "COMMENT", "TBLPROPERTIES", "OPTIONS", "AS"})
"""Words that begin a clause behind the place of `USING`."""


def as_delta(text: str, engine: str, table: str | None) -> TextEdit | None:
    """The edit that makes a `CREATE TABLE` of a text one of a Delta table; None where the result would not parse as such.

    Tokens tell where a clause is: comments and texts are none. `table` picks one of several statements.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    dialect = DIALECTS[engine]
    try:
        found = [edit for name, edit in _format_clauses(sqlglot.tokenize(text, dialect=dialect)) if table in (None, name)]
        if len(found) != 1:
            return None
        edit = replace(found[0], text=_cased(found[0].text, text[found[0].start : found[0].end]))
        trees = sqlglot.parse(text[: edit.start] + edit.text + text[edit.end :], dialect=dialect)
    except (SqlglotError, RecursionError, ValueError):
        return None
    if any(tree is None or isinstance(tree, exp.Command) for tree in trees):
        return None
    formats = [item.this.name.lower() for tree in trees if tree is not None for item in tree.find_all(exp.FileFormatProperty)]
    return edit if "delta" in formats else None


def _cased(new: str, old: str) -> str:
    return new.upper() if old.isupper() and " " in old else new


def _format_clauses(tokens: list[Any]) -> Iterator[tuple[str, TextEdit]]:
    """The table and the format clause of each statement that creates one, where `USING delta` may take its place."""
    statement: list[Any] = []
    for token in [*tokens, None]:
        if token is not None and token.text != ";":
            statement.append(token)
            continue
        edit = _format_clause(statement)
        if edit is not None:
            yield _table_of(statement), edit
        statement = []


def _format_clause(statement: list[Any]) -> TextEdit | None:
    outer = list(_outer(statement))
    # The tokenizer makes one token of some pairs of words, such as `PARTITIONED BY`: the first word tells the clause.
    words = [token.text.upper().partition(" ")[0] for token in outer]
    if words[:1] != ["CREATE"] or "TABLE" not in words or HIVE_ONLY.intersection(words):
        return None
    for index, word in enumerate(words[:-1]):
        if word in BEHIND_FORMAT:
            return None
        if word == "USING":
            last = _end_of_name(outer, index + 1)
            return TextEdit(outer[index + 1].start, outer[last].end + 1, "delta")
        if word == "STORED" and words[index + 1] == "AS" and index + 2 < len(words):
            return TextEdit(outer[index].start, outer[index + 2].end + 1, "using delta")
    return None


def _outer(statement: list[Any]) -> Iterator[Any]:
    """The tokens of a statement that are in no brackets."""
    depth = 0
    for token in statement:
        depth -= token.text == ")"
        if not depth:
            yield token
        depth += token.text == "("


def _end_of_name(tokens: list[Any], index: int) -> int:
    while index + 2 < len(tokens) and tokens[index + 1].text == ".":
        index += 2
    return index


def _table_of(statement: list[Any]) -> str:
    """The name of the table that a statement creates, as it is written without quotes."""
    texts = [token.text for token in statement]
    index = [text.upper() for text in texts].index("TABLE") + 1
    while texts[index].upper() in ("IF", "NOT", "EXISTS", "IF NOT EXISTS"):
        index += 1
    end = index
    while end + 2 < len(texts) and texts[end + 1] == ".":
        end += 2
    return "".join(texts[index : end + 1])
