"""Extract SQL that runs on Spark, Databricks, Athena, Redshift or duckdb, and what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from s3lint.facts import Fact, SessionSetting, SqlStatement
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.facts.extractors.settings import normal
from s3lint.finding import Confidence
from s3lint.inference.library_values import Client, Frame, SparkSession
from s3lint.inference.queries import texts
from s3lint.inference.values import Chunk, Reference, Text, Value
from s3lint.storage.sql import SqlAction, actions, without_comments
from s3lint.syntax.site import Site

HOLE = "s3lint_hole"
"""Replaces each hole in the text that is parsed: a word that is valid both in a name and between quotes."""

ENGINES = (
    ("awswrangler.athena.", "athena"),
    ("awswrangler.redshift.", "redshift"),
    ("pyathena.", "athena"),
    ("duckdb.", "duckdb"),
    ("redshift_connector.", "redshift"),
    ("databricks.sql.", "databricks"),
)

CLIENT_TEXTS = {"athena": ("QueryString", "athena"), "redshift-data": ("Sql", "redshift")}
"""Services of boto3 that run SQL, with the parameter of the text and the engine."""

TEXT_KEYWORDS = ("sqlQuery", "sql", "query", "operation", "QueryString", "Sql", "statement")


@from_calls("sql")
def sql_statements(view: CallView) -> Iterator[Fact]:
    """Yield a `SqlStatement` for each action of a SQL text, and a `SessionSetting` for each `SET`.

    An action that only the tolerant patterns recognised has confidence MEDIUM at most.
    """
    found = _engine(view)
    if found is None:
        return
    engine, confidence, value = found
    for text, sure in texts(value, confidence):
        for action in actions(parsable(text), engine):
            certain = sure if action.parsed else min(sure, Confidence.MEDIUM)
            yield SqlStatement(site_of(text, action, view.site), view.place, certain, engine, text, action)
            if action.setting is not None:
                yield _setting(action, text, view, certain)


def _setting(action: SqlAction, text: Text, view: CallView, confidence: Confidence) -> SessionSetting:
    assert action.setting is not None
    key, value = action.setting
    site = site_of(text, action, view.site)
    return SessionSetting(site, view.place, confidence, normal(key), Text((Chunk(value),), site=site))


def _engine(view: CallView) -> tuple[str, Confidence, Value] | None:
    """Return the engine that runs a call's text, how sure that is, and the text; None if the call runs no SQL."""
    for receiver, confidence in view.receivers():
        if isinstance(receiver, SparkSession) and view.name == "sql":
            return "spark", confidence, view.arguments.get("sqlQuery", 0)
        if isinstance(receiver, Client) and receiver.service in CLIENT_TEXTS:
            keyword, engine = CLIENT_TEXTS[receiver.service]
            return engine, confidence, view.arguments.get(keyword)
        if isinstance(receiver, Frame) and receiver.library == "duckdb":
            return "duckdb", confidence, _text(view)
        if view.name == "sql" and "spark" in view.receiver_name.lower() and view.is_untyped(receiver):
            return "spark", Confidence.MEDIUM, view.arguments.get("sqlQuery", 0)
    path = view.path or _receiver_path(view)
    named = next((engine for prefix, engine in ENGINES if path.startswith(prefix)), None)
    return (named, Confidence.HIGH, _text(view)) if named is not None else None


def _receiver_path(view: CallView) -> str:
    return next((value.path for value, _ in view.receivers() if isinstance(value, Reference)), "")


def _text(view: CallView) -> Value:
    """Return the SQL text, by any of the keywords that libraries use for it, or by position."""
    for keyword in TEXT_KEYWORDS:
        value = view.arguments.get(keyword)
        if isinstance(value, Text):
            return value
    return view.arguments.get(None, 0)


def parsable(text: Text) -> str:
    """Return the SQL with `HOLE` in place of each hole."""
    return "".join(part.text if isinstance(part, Chunk) else HOLE for part in text.parts)


def site_of(text: Text, action: SqlAction, otherwise: Site) -> Site:
    """Return the site of the clause that an action comes from, inside its literal; else of the text, or `otherwise`."""
    sql = without_comments(parsable(text))
    for anchor in action.anchors:
        match = re.compile(anchor, re.IGNORECASE).search(sql, *action.span)
        # The anchors are tried in order: the clause that decides, then wider ones.
        found = _part_at(text, match.start()) if match is not None else None
        if match is not None and found is not None:
            return _located(*found, match)
    return text.site or otherwise


def locate(site: Site, pattern: re.Pattern[str]) -> Site:
    """Return a site narrowed to the part of a literal's source that a pattern matches first; unchanged if none does."""
    source = getattr(site.node, "value", None)
    match = pattern.search(source) if isinstance(source, str) else None
    return replace(site, span=match.span()) if match is not None else site


def _part_at(text: Text, position: int) -> tuple[Chunk, Site, int] | None:
    """Return the literal that holds a position of the SQL, its site and the position in it; None in a hole."""
    for part in text.parts:
        size = len(part.text) if isinstance(part, Chunk) else len(HOLE)
        if position < size:
            return (part, part.site, position) if isinstance(part, Chunk) and part.site is not None else None
        position -= size
    return None


def _located(part: Chunk, site: Site, position: int, match: re.Match[str]) -> Site:
    """Return a site narrowed to what a pattern matched in the text of the literal."""
    source = getattr(site.node, "value", None)
    if not isinstance(source, str):
        return site
    size = min(match.end() - match.start(), len(part.text) - position)
    # Without escapes the literal's text occurs in its source as it is.
    start = source.find(part.text)
    if start >= 0:
        return replace(site, span=(start + position, start + position + size))
    # With escapes offsets differ: the n-th occurrence in the text is the n-th in the source.
    before = len(match.re.findall(part.text, 0, position))
    same = list(match.re.finditer(source))
    return replace(site, span=same[min(before, len(same) - 1)].span()) if same else site
