"""What a rule may import: s3lint's own rules and those of packs use these names and nothing else of s3lint.

Imports from every layer below the rules. Rules of packs are imported on every run, also where no file mentions storage, so names whose modules
need libcst are imported when a rule first asks for them: import these inside of functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from s3lint.facts import (
    Attribute,
    BucketAddress,
    BucketName,
    ClientSetup,
    DeltaBuild,
    DeltaOperation,
    DeltaPath,
    FileAccess,
    ItemWrite,
    KeyTemplate,
    ObjectCall,
    ObjectUrl,
    Presign,
    SessionSetting,
    SqlStatement,
    StringColumn,
    TableRead,
    TableWrite,
    made_at,
)
from s3lint.facts.context import Context
from s3lint.facts.queries.destinations import Destination, destination_of
from s3lint.facts.queries.lakehouse import (
    is_compaction,
    is_of_iceberg_catalog,
    may_be_delta,
    may_be_storage,
    overwrites_partitions,
    says_delta,
)
from s3lint.facts.queries.rows import Rows, rows_of
from s3lint.facts.queries.unfollowed import is_left_to_callers
from s3lint.finding import Confidence, Finding, Severity
from s3lint.fixes.changes import AddArgument, AddEntry, Append, Change, Drop, NoFix, Plan, Replace
from s3lint.fixes.recipes import FALLBACK_TYPE, content_type, metadata_plan, own_types, replacing, with_metadata
from s3lint.fixes.variables import bucket_variables, variable_of
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.containers import entry
from s3lint.inference.library_values import MERGE_CLAUSES, Buffer, Client
from s3lint.inference.place import Place
from s3lint.inference.queries import (
    choices,
    default_choices,
    is_false,
    is_missing,
    is_true,
    literals,
    primary_choices,
    sources,
    texts,
)
from s3lint.inference.values import (
    Absent,
    Chunk,
    Constant,
    Data,
    Hole,
    Hop,
    Mapping,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
)
from s3lint.registry.rule import Match, Rule
from s3lint.settings import Settings
from s3lint.storage.endpoints import host_of, is_local
from s3lint.storage.media_types import ARCHIVES, OCTETS, TYPES, extension_of, fits, inner_extension_of
from s3lint.storage.public_buckets import is_public_bucket
from s3lint.storage.services import load
from s3lint.storage.sql import as_delta
from s3lint.storage.table_formats import FILE_FORMATS, NEED_SCHEMA, TABLE_FORMATS, format_name, is_delta
from s3lint.storage.uris import bucket_head, is_bucket_name, jinja_holes, split_uri
from s3lint.syntax.site import Site, source_of

if TYPE_CHECKING:
    from s3lint.facts.extractors.sql import parsable
    from s3lint.facts.queries.path_readers import given_reader_of, paths_read, reader_of
    from s3lint.facts.queries.pointers import own_writes, points_to, uploaded_after, writes_around
    from s3lint.facts.queries.serialised import Serialised, serialised_bodies
    from s3lint.fixes.enclosing import begins_text, elements_about, enclosing_call, is_compared, is_default
    from s3lint.fixes.imports import canonical_path, usable
    from s3lint.fixes.layout import literal
    from s3lint.fixes.lookups import from_environment, lookup, stands_in, without_fallback
    from s3lint.fixes.ownership import is_private, is_within, own_value, replaceable
    from s3lint.inference.arguments import Arguments, Call, Written
    from s3lint.inference.conditions import is_tested
    from s3lint.syntax.flow import Scope
    from s3lint.syntax.names import called_name, words_in

__all__ = [
    "ARCHIVES", "FALLBACK_TYPE", "FILE_FORMATS", "MERGE_CLAUSES", "NEED_SCHEMA", "OCTETS", "TABLE_FORMATS", "TYPES", "Absent",
    "AddArgument", "AddEntry", "Append", "Arguments", "Attribute", "BoundMethod", "BucketAddress", "BucketName", "Buffer",
    "Call", "Change", "Chunk", "Client", "ClientSetup", "Confidence", "Constant", "Context", "Data", "DeltaBuild",
    "DeltaOperation", "DeltaPath", "Destination", "Drop", "FileAccess", "Finding", "Hole", "Hop", "ItemWrite", "KeyTemplate",
    "Mapping", "Match", "NoFix", "ObjectCall", "ObjectUrl", "Place", "Plan", "Presign", "Reference", "Replace", "Rows", "Rule",
    "Scope", "Sequence", "Serialised", "SessionSetting", "Settings", "Severity", "Site", "SqlStatement", "StringColumn", "TableRead",
    "TableWrite", "Text", "Unknown", "Value", "Written", "alternatives", "as_delta", "begins_text", "bucket_head",
    "bucket_variables", "called_name", "canonical_path", "choices", "content_type", "default_choices", "destination_of",
    "elements_about", "enclosing_call", "entry", "extension_of", "fits", "format_name", "from_environment", "given_reader_of", "host_of",
    "inner_extension_of", "is_bucket_name", "is_compaction", "is_compared", "is_default", "is_delta", "is_false", "is_left_to_callers", "is_local", "is_missing", "is_of_iceberg_catalog", "is_private",
    "is_public_bucket", "is_tested", "is_true", "is_within", "jinja_holes", "literal", "literals", "load", "lookup", "made_at",
    "may_be_delta", "may_be_storage", "metadata_plan", "overwrites_partitions", "own_types", "own_value", "own_writes", "parsable", "paths_read", "points_to",
    "primary_choices", "reader_of", "replaceable", "replacing", "rows_of", "says_delta", "serialised_bodies", "source_of", "sources",
    "split_uri", "stands_in", "texts", "uploaded_after", "usable", "variable_of", "with_metadata", "without_fallback",
    "words_in", "writes_around",
]  # fmt: skip

NEED_LIBCST = {
    "s3lint.facts.queries.path_readers": ("given_reader_of", "paths_read", "reader_of"),
    "s3lint.facts.queries.pointers": ("own_writes", "points_to", "uploaded_after", "writes_around"),
    "s3lint.facts.queries.serialised": ("Serialised", "serialised_bodies"),
    "s3lint.facts.extractors.sql": ("parsable",),
    "s3lint.fixes.enclosing": ("begins_text", "elements_about", "enclosing_call", "is_compared", "is_default"),
    "s3lint.fixes.imports": ("canonical_path", "usable"),
    "s3lint.fixes.layout": ("literal",),
    "s3lint.fixes.lookups": ("from_environment", "lookup", "stands_in", "without_fallback"),
    "s3lint.fixes.ownership": ("is_private", "is_within", "own_value", "replaceable"),
    "s3lint.inference.arguments": ("Arguments", "Call", "Written"),
    "s3lint.inference.conditions": ("is_tested",),
    "s3lint.syntax.flow": ("Scope",),
    "s3lint.syntax.names": ("called_name", "words_in"),
}
"""The names of the modules that import libcst."""

_MODULES = {name: module for module, names in NEED_LIBCST.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a name that needs libcst. Raises `AttributeError` for one that is not in `__all__`."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
