"""Measure what it costs to fix many findings in one file, as a multiple of parsing that file with libcst."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

FINDINGS = 1_200

HEAD = 'import json\nimport os\n\nimport boto3\n\ns3 = boto3.client("s3")\nBUCKET = os.environ["BUCKET"]\n\n\n'

STORING = """\
def store_{number}(records):
    body = json.dumps(records).encode()
    return s3.put_object(Bucket=BUCKET, Key=f"reports/{{records[0]}}/part-{number}.json", Body=body)


"""


@dataclass(frozen=True, slots=True)
class Fixing:
    """The number of fixed findings, CPU seconds of fixing and of one parse, and the median of their ratios."""

    findings: int
    seconds: float
    parse: float
    parses: float


def parses(repeat: int) -> Fixing:
    """Fix the file and parse it in turn, several times, in this process. The first turn warms up and does not count."""
    text = HEAD + "".join(STORING.format(number=number) for number in range(FINDINGS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "module.py"
        path.write_text(text, encoding="utf-8")
        done = [(_parsed(text), *_fixed(path)) for _ in range(repeat + 1)][1:]
    return Fixing(
        done[0][1], median(pair[2] for pair in done), median(pair[0] for pair in done), median(pair[2] / pair[0] for pair in done)
    )


def _parsed(text: str) -> float:
    import libcst

    from s3lint.support.interpreter import paused_collector

    with paused_collector():
        begun = time.process_time()
        libcst.parse_module(text)
        return time.process_time() - begun


def _fixed(path: Path) -> tuple[int, float]:
    from s3lint.linter.fix import fix_file
    from s3lint.settings import Settings

    data = path.read_bytes()
    begun = time.process_time()
    fixed = fix_file(path, data, Settings(root=path.parent), unsafe=False)
    return len(fixed.applied), time.process_time() - begun
