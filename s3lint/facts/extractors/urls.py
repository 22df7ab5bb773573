"""Extract plain URLs of objects (`https://bucket.s3.amazonaws.com/key`) that code builds from names and passes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

import libcst as cst

from s3lint.facts import Fact, ObjectUrl
from s3lint.facts.extractor import from_steps
from s3lint.facts.extractors.addresses import LOGGING
from s3lint.inference.place import Place
from s3lint.inference.queries import texts
from s3lint.inference.values import Hole, Text, alternatives
from s3lint.storage.uris import MAX_HOST_CHARACTERS, split_path, without_prefix
from s3lint.syntax.flow import Step
from s3lint.syntax.names import called_name
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.facts.context import Context

HOST = re.compile(r"(?:^|[.\0])[a-z0-9-]{0,63}s3(?:-[a-z0-9\0-]+)?(?:\.[a-z0-9\0-]+)*\.amazonaws\.com(?:\.cn)?$")
"""An endpoint of S3 (docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html); a NUL is a part that is unknown."""

CONSOLE = re.compile(r"console\.aws|s3\.console")

BUILT = frozenset({cst.FormattedString, cst.ConcatenatedString, cst.BinaryOperation})

TRANSPARENT = (
    cst.Dict, cst.DictElement, cst.List, cst.Tuple, cst.Set, cst.Element, cst.IfExp, cst.BooleanOperation, cst.Await,
)  # fmt: skip
"""Expressions whose value contains that of their parts."""

READERS = re.compile(
    r"^(?:get|head|post|put|patch|delete|options|request|urlopen|urlretrieve|download\w*|fetch\w*|read\w*|load\w*|parse\w*|open|connect|urlparse|urlsplit|quote"
    r"|startswith|endswith|replace|split|strip|rstrip|lstrip|removeprefix|match|search|compile|len|str|hash|isinstance|\w*Request)$"
)
"""Calls that fetch the URL or parse it: the program itself uses it then, and no one else gets it."""

FOLLOWED = re.compile(
    r"^(?:endpoint(?:_?url)?|base_?url|host|\w*(?:template|policy)_?(?:body_?)?ur[li]|media_?(?:file_?)?uri|model_?(?:data_?)?url)$",
    re.IGNORECASE,
)
"""Names of arguments and entries whose URL a client reads, or AWS with the caller's permissions."""


BUILDING = re.compile(
    r"""[+%]|\b(?:format|join)\b|\b[rR]?[fF][rR]?['"]|['"]\s*[A-Za-z]{0,2}['"]|^[\s(]*[A-Za-z]{0,2}['"]""", re.MULTILINE
)
"""What every expression that joins texts contains. One text may follow another on the next row."""


@from_steps("urls", BUILDING)
def object_urls(step: Step, context: Context) -> Iterator[Fact]:
    """Yield an `ObjectUrl` for each URL of an object that a statement builds and that is returned, stored or sent."""
    for node, binders in step.nodes:
        # A part of a larger text is not the whole URL: the node around it is visited too.
        if _may_be_url(node) and not isinstance(step.parents.get(id(node)), (cst.BinaryOperation, cst.ConcatenatedString)):
            place = Place(step, binders)
            site = Site(place.block, node)
            # The value is asked for last: it may hang on half of the project.
            if _is_handed_on(node, step) and _begins_with_scheme(node, place, context):
                for url, confidence in texts(context.evaluator.evaluate(node, place)):
                    if _is_object(url):
                        yield ObjectUrl(site, place, confidence, url.at(site))


def _may_be_url(node: cst.CSTNode) -> TypeGuard[cst.BaseExpression]:
    """Tell whether a node builds a text that may begin with `http`, by its syntax alone: most texts need no evaluation."""
    if type(node) is cst.Call:
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in ("format", "join"):
            return False
        return node.func.attr.value == "join" or _may_begin_with_scheme(_first_part(node.func.value))
    if type(node) is cst.BinaryOperation and not isinstance(node.operator, (cst.Add, cst.Modulo)):
        return False
    return type(node) in BUILT and _may_begin_with_scheme(_first_part(node))


def _begins_with_scheme(node: cst.BaseExpression, place: Place, context: Context) -> bool:
    """Tell whether the first part of a text has a value with which the text may begin with `http`."""
    called = node.func if isinstance(node, cst.Call) else None
    if isinstance(called, cst.Attribute) and called.attr.value == "join":
        return True
    first = _first_part(called.value if isinstance(called, cst.Attribute) else node)
    if isinstance(first, cst.FormattedStringExpression):
        first = first.expression
    if not isinstance(first, cst.BaseExpression):
        return True
    values = alternatives(context.evaluator.evaluate(first, place))
    # What is unknown leaves a hole, before which nothing is known. A template may begin with the place of an argument.
    return any(isinstance(value, Text) and value.known[:1] in ("", "h", "%", "{") for value in values)


def _first_part(node: cst.CSTNode) -> cst.CSTNode:
    while isinstance(node, (cst.BinaryOperation, cst.ConcatenatedString)):
        node = node.left
    return node.parts[0] if isinstance(node, cst.FormattedString) and node.parts else node


def _may_begin_with_scheme(part: cst.CSTNode) -> bool:
    """Tell whether a text whose first part is this may begin with `http`: also if that part is a hole or empty."""
    if isinstance(part, cst.FormattedStringText):
        # A backslash may escape any character: `"\x68ttp"`.
        return part.value[0] in "h\\"
    return not isinstance(part, cst.SimpleString) or part.raw_value[:1] in ("", "h", "%", "{", "\\")


def _is_object(url: Text) -> bool:
    """Tell whether a text is the URL of an object: an endpoint of S3, a key, no signature, and a hole that may name either."""
    scheme = next((scheme for scheme in ("https://", "http://") if url.head.startswith(scheme)), None)
    if scheme is None or CONSOLE.search(url.known) or "X-Amz-" in url.known or not any(map(_names_something, url.holes)):
        return False
    path = split_path(without_prefix(url, len(scheme)))
    host, key = path.bucket.known.lower(), path.key
    if key is None or not key.parts or "?" in key.known or len(host) > MAX_HOST_CHARACTERS or HOST.search(host) is None:
        return False
    # With the bucket in the path (`s3.amazonaws.com/bucket/key`), a key needs a second slash.
    named_in_host = re.match(r"s3[.-]", host) is None
    return named_in_host or "/" in key.known


def _names_something(hole: Hole) -> bool:
    """Tell whether a hole may be a bucket or a key, not just the region."""
    return "region" not in hole.name.lower()


def _is_handed_on(node: cst.CSTNode, step: Step, depth: int = 2) -> bool:
    """Tell whether a value is returned, stored or sent, directly or through at most `depth` local names."""
    parent = step.parents.get(id(node))
    while isinstance(parent, TRANSPARENT):
        if (
            isinstance(parent, cst.DictElement)
            and isinstance(parent.key, cst.SimpleString)
            and FOLLOWED.match(parent.key.raw_value)
        ):
            return False
        node, parent = parent, step.parents.get(id(parent))
    if isinstance(parent, (cst.Return, cst.Yield)):
        return True
    if isinstance(parent, cst.Arg):
        return _is_sent(parent, step, depth)
    if isinstance(parent, (cst.Assign, cst.AnnAssign)):
        return any(_is_stored(target, step, depth) for target in _targets(parent))
    return False


def _targets(node: cst.Assign | cst.AnnAssign) -> list[cst.BaseExpression]:
    return [target.target for target in node.targets] if isinstance(node, cst.Assign) else [node.target]


def _is_stored(target: cst.BaseExpression, step: Step, depth: int) -> bool:
    if isinstance(target, (cst.Attribute, cst.Subscript)):
        return True
    if isinstance(target, cst.Name) and FOLLOWED.match(target.value):
        return False
    # `depth` also ends `a = b; b = a`, which would be followed for ever.
    return isinstance(target, cst.Name) and depth > 0 and _is_used_later(target.value, step, depth - 1)


def _is_used_later(name: str, since: Step, depth: int) -> bool:
    for step in since.suite.scope.walk():
        if step is not since:
            for node, _ in step.nodes:
                if type(node) is cst.Name and node.value == name and _is_handed_on(node, step, depth):
                    return True
    return False


def _is_sent(arg: cst.Arg, step: Step, depth: int) -> bool:
    call = step.parents.get(id(arg))
    if not isinstance(call, cst.Call) or (arg.keyword is not None and FOLLOWED.match(arg.keyword.value)):
        return False
    name = called_name(call.func) or ""
    # `json.dumps({"url": url})` sends nothing by itself; what becomes of its result decides.
    if name in ("dumps", "dict"):
        return _is_handed_on(call, step, depth)
    return name not in LOGGING and READERS.match(name) is None
