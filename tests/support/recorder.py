"""Programs run on stand-ins for their libraries, which note every call."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

LIBRARIES = (
    *("boto3", "botocore", "botocore.config", "pandas", "polars", "awswrangler", "deltalake"),
    *("delta", "delta.tables", "pyspark", "pyspark.sql"),
)
NAMES = (
    *(
        "client",
        "resource",
        "Config",
        "config",
        "s3",
        "DataFrame",
        "write_deltalake",
        "DeltaTable",
        "SparkSession",
        "sql",
        "tables",
    ),
)

Calls = list[tuple[str, tuple[Any, ...], dict[str, Any]]]


@dataclass
class Recorder:
    """A stand-in for anything of a library: every attribute is one too, and every call is noted."""

    calls: Calls
    name: str = ""

    def __getattr__(self, name: str) -> Recorder:
        if name.startswith("__"):
            raise AttributeError(name)
        return Recorder(self.calls, name)

    def __call__(self, *args: Any, **named: Any) -> Recorder:
        self.calls.append((self.name, args, named))
        return Recorder(self.calls, self.name)


def outcome(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Calls, str | None]:
    """The calls that a program makes on its libraries, and the error that ends it, if one does."""
    calls: Calls = []
    with monkeypatch.context() as patch:
        for module in LIBRARIES:
            fake = types.ModuleType(module)
            fake.__dict__.update({name: Recorder(calls, name) for name in NAMES})
            patch.setitem(sys.modules, module, fake)
        patch.setenv("S3_BUCKET_NAME", "from-the-environment")
        try:
            exec(compile(text, "program", "exec"), {"__name__": "program"})  # noqa: S102
        except Exception as error:
            return calls, repr(error)
    return calls, None
