"""Extract calls that make clients of S3 and DynamoDB, with the arguments that decide how they connect."""

from __future__ import annotations

from collections.abc import Iterator

from s3lint.facts import ClientSetup, Fact
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.finding import Confidence
from s3lint.inference.containers import entry
from s3lint.inference.library_values import Client, FileSystem
from s3lint.inference.values import Absent, Reference, Value, alternatives

CHECKED_SERVICES = frozenset({"s3", "dynamodb"})

FACTORIES = frozenset({"client", "resource", "create_client"})


@from_calls("clients")
def client_setups(view: CallView) -> Iterator[Fact]:
    """Yield a `ClientSetup` for each client, file system or Airflow hook that a call may return."""
    # Invoked again with `view.arguments`, in which parameters have the values that callers pass: `boto3.client(service)`.
    made = list(alternatives(view.callers.evaluator.invoke(view.callee, view.arguments, view.place)))
    for value in made:
        confidence = Confidence.HIGH if len(made) == 1 else Confidence.MEDIUM
        if isinstance(value, Client) and view.name in FACTORIES and value.service in CHECKED_SERVICES:
            endpoint = view.arguments.get("endpoint_url")
            yield ClientSetup(view.site, view.place, confidence, value.service, view.arguments, endpoint)
        elif isinstance(value, FileSystem) and value.library == "s3fs" and view.name == "S3FileSystem":
            yield ClientSetup(view.site, view.place, confidence, "s3", view.arguments, _endpoint_of_file_system(view))
        elif isinstance(value, Reference) and value.path == "airflow.S3Hook()":
            yield ClientSetup(view.site, view.place, confidence, "s3", view.arguments, Absent())


def _endpoint_of_file_system(view: CallView) -> Value:
    """Return the endpoint of an `S3FileSystem`, which s3fs takes directly or inside `client_kwargs`."""
    direct = view.arguments.get("endpoint_url")
    return entry(view.arguments.get("client_kwargs"), "endpoint_url") if isinstance(direct, Absent) else direct
