"""Measure how long an editor waits for diagnostics after a change, against the time of one parse by libcst.

`python -m benchmarks.latency` makes one change after the other through the protocol, in a module of 2 000 lines with some storage
calls. After each change libcst parses the text in this process, so that both are measured under the same load.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import libcst
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from benchmarks.filler import PLAIN

LINES = 2_000

CHANGES = 200

HEAD = """\
import json
import os

import boto3

s3 = boto3.client("s3")
BUCKET = os.environ["BUCKET"]


"""

STORING = """\
def store_{number}(day, records):
    key = f"reports/{{day}}/part-{number}.json"
    body = json.dumps(records).encode()
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body{content_type})


"""

CONTENT_TYPE = ', ContentType="application/json"'

EVERY = 4
"""One function of this many stores an object, and every fifth of those has a finding."""

STRIDE = 37
"""Lines from one change to the next, so that changes are made in every kind of function."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from each change to its diagnostics, and of one parse. `ratio` is that of their 95th percentiles."""

    changes: int
    p50: float
    p95: float
    parse_p50: float
    parse_p95: float
    ratio: float
    ratio_p50: float


def module(lines: int = LINES) -> list[str]:
    """Return the lines of the module."""
    found = HEAD.splitlines()
    number = 0
    while len(found) < lines:
        kind = STORING if number % EVERY == 0 else PLAIN
        content_type = "" if number % (5 * EVERY) == 0 else CONTENT_TYPE
        found += kind.format(number=number, content_type=content_type).splitlines()
        number += 1
    return found[:lines]


class Typist:
    """Types characters at the ends of lines, and waits for the diagnostics of each version."""

    def __init__(self, client: LanguageClient, uri: str, lines: list[str]) -> None:
        self.client = client
        self.uri = uri
        self.lines = lines
        self.version = 1
        self._said: asyncio.Queue[int | None] = asyncio.Queue()

        def note(params: types.PublishDiagnosticsParams) -> None:
            self._said.put_nowait(params.version)

        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(note)

    async def open(self) -> None:
        item = types.TextDocumentItem(self.uri, "python", self.version, "\n".join(self.lines))
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await self._answered()

    async def type(self, row: int, text: str) -> float:
        """Make a change; return the seconds until its diagnostics."""
        end = types.Position(row, len(self.lines[row]))
        self.lines[row] += text
        self.version += 1
        change = types.TextDocumentContentChangePartial(types.Range(end, end), text)
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        start = time.perf_counter()
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        await self._answered()
        return time.perf_counter() - start

    async def _answered(self) -> None:
        while await self._said.get() != self.version:
            pass


def parse(text: str) -> float:
    start = time.perf_counter()
    libcst.parse_module(text)
    return time.perf_counter() - start


async def measured(changes: int, folder: Path) -> Latency:
    client = LanguageClient("benchmark", "1")
    await client.start_io(sys.executable, "-m", "s3lint", "server")
    folders = [types.WorkspaceFolder(folder.as_uri(), folder.name)]
    await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities(), workspace_folders=folders))
    client.initialized(types.InitializedParams())
    typist = Typist(client, (folder / "module.py").as_uri(), module())
    await typist.open()
    rows = [row for row, line in enumerate(typist.lines) if line.startswith("    ") and line.endswith((")", "0", "y", "e"))]
    waits, parses = [], []
    for number in range(changes):
        waits.append(await typist.type(rows[STRIDE * number % len(rows)], f"  # {number}" if number % 3 else " "))
        parses.append(parse("\n".join(typist.lines)))
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]
    return summary(waits, parses)


def summary(waits: Sequence[float], parses: Sequence[float]) -> Latency:
    late, slow = percentile(waits), percentile(parses)
    middle, middle_parse = statistics.median(waits), statistics.median(parses)
    return Latency(len(waits), middle, late, middle_parse, slow, late / slow, middle / middle_parse)


def percentile(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def latency(changes: int = CHANGES) -> Latency:
    """Measure in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measured(changes, Path(folder)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--changes", type=int, default=CHANGES)
    found = latency(parser.parse_args(arguments).changes)
    print(json.dumps(asdict(found), indent=2))
    return 0 if found.ratio < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
