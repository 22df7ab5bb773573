"""The way of a value to the call that is wrong, as places that a report can link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.finding import Related
from s3lint.syntax.site import locate

if TYPE_CHECKING:
    from s3lint.registry.rule import Match


def related_places(match: Match) -> tuple[Related, ...]:
    """Each hop once, in the order of the way; the finding's own place is left out."""
    found: dict[Related, None] = {}
    for hop in match.hops:
        if hop.site.node is not match.site.node:
            start, _ = locate(hop.site)
            found[Related(hop.site.module.path, start, hop.message)] = None
    return tuple(found)
