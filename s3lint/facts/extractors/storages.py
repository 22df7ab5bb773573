"""Extract settings of django-storages that every upload passes to S3, as if the setting were the call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from s3lint.facts import Fact, ObjectCall, Parameters
from s3lint.facts.extractor import from_steps
from s3lint.facts.extractors.names import named, setting_of
from s3lint.finding import Confidence
from s3lint.inference.arguments import Arguments, Call
from s3lint.syntax.flow import Step
from s3lint.syntax.site import Site
from s3lint.triggers.api_names import STORAGES_ACL

if TYPE_CHECKING:
    from s3lint.facts.context import Context


@from_steps("storages")
def storage_settings(step: Step, context: Context) -> Iterator[Fact]:
    """Yield an `ObjectCall` with the parameter `ACL` for each setting of the default ACL."""
    for name, node, place in named(step):
        if name in STORAGES_ACL:
            acl = setting_of(name, context.callers.evaluate(node, place), place, context)
            parameters = Parameters(Arguments(context.callers, Call(node, None)), bound={"ACL": acl})
            yield ObjectCall(Site(place.block, node), place, Confidence.HIGH, "django-storages", name, parameters)
