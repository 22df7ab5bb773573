"""Which signature a presigning client is pinned to."""

from s3lint.api import Absent, Client, Reference, Text, Value, alternatives, is_missing

UNPINNED = ""

CONFIGS = ("botocore.config.Config()", "botocore.client.Config()", "boto3.session.Config()", "aiobotocore.config.AioConfig()")


def signatures(client: Client) -> frozenset[str | None]:
    """Return the signature versions that a client may be pinned to: `UNPINNED` where it is to none, None where it is not known."""
    if client.arguments is None:
        return frozenset({None})
    config = client.arguments.get("config")
    return frozenset({UNPINNED} if is_missing(config) else map(_signature, alternatives(config)))


def _signature(config: Value) -> str | None:
    if not isinstance(config, Reference) or config.path not in CONFIGS or config.arguments is None:
        return None
    version = config.arguments.get("signature_version")
    if isinstance(version, Absent):
        return UNPINNED
    return version.literal if isinstance(version, Text) else None
