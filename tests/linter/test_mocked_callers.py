"""What a test under moto's mocks passes to the code that it tests touches no store, in whichever file the test is."""

from __future__ import annotations

import pytest

from conftest import Write
from s3lint.linter.fix import fix_file
from s3lint.settings import Settings

CODE = 'import boto3\n\n\ndef keep(bucket):\n    boto3.client("s3").put_object(Bucket=bucket, Key="a/b.csv", Body=b"")\n'
SHAPES = {
    "a function": "import boto3\nfrom moto import mock_aws\nfrom code import keep\n\n\n@{}\ndef check():\n    keep('acme-orders')\n",
    "a method": "from moto import mock_aws\nfrom code import keep\n\n\nclass Check:\n    @{}\n    def check(self):\n        keep('acme-orders')\n",
    "a class": "from moto import mock_aws\nfrom code import keep\n\n\n@{}\nclass Check:\n    def check(self):\n        keep('acme-orders')\n",
}


def changed(shape: str, decorator: str, project: Write) -> bool:
    text = SHAPES[shape].format(decorator).replace("code", "store")
    root = project({"pyproject.toml": "", "store.py": CODE, "try.py": text})
    return fix_file(root / "try.py", text.encode(), Settings(root=root, select=("STO201",)), unsafe=True).after != text.encode()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("decorator", ["mock_aws", "mock_aws()", "moto.mock_aws", "mock_s3"])
def test_a_mocked_caller_stays_as_it_is(shape: str, decorator: str, project: Write) -> None:
    assert not changed(shape, decorator, project)


@pytest.mark.parametrize("shape", SHAPES)
def test_another_caller_is_changed(shape: str, project: Write) -> None:
    assert changed(shape, "mock_other", project)
