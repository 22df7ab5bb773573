"""No fix leaves a parameter or a variable of a function without a use; it takes the place of code that had other uses too."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.linter.fix import fix_file
from s3lint.settings import Settings

HEAD = 'import boto3\nimport pandas as pd\n\ns3 = boto3.client("s3")\n\n\n'
LINK = "s3.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': key}, ExpiresIn="
SETTINGS = Settings(root=Path("/nowhere"), select=("STO401", "STO405", "STO501"))

LEFT = [
    f"def link(bucket, key, expires_in):\n    expires_in = 0\n    return {LINK}expires_in)\n",
    "def keep(bucket, key, body, acl):\n    acl = 'public-read'\n    s3.put_object(Bucket=bucket, Key=key, Body=body, ACL=acl)\n",
    "def keep(df, engine):\n    df = pd.DataFrame(df)\n    df.to_parquet('s3://lake/raw/apples', engine=engine)\n",
    "def keep(df):\n    df = pd.DataFrame(df)\n    packed = pick()\n    df.to_parquet('s3://lake/raw/apples', compression=packed)\n",
]
USED = [
    "def keep(df, engine):\n    df = pd.DataFrame(df)\n    print(engine)\n    df.to_parquet('s3://lake/raw/apples', engine=engine)\n",
    "def keep(df, engine):\n    df = pd.DataFrame(df)\n    df.to_parquet('s3://lake/raw/apples', engine='pyarrow')\n",
    "ENGINE = 'pyarrow'\n\n\ndef keep(df):\n    df = pd.DataFrame(df)\n    df.to_parquet('s3://lake/raw/apples', engine=ENGINE)\n",
]


def fixed(function: str) -> str:
    text = HEAD + function
    return fix_file(Path("/nowhere/a.py"), text.encode(), SETTINGS, unsafe=True).after.decode()


@pytest.mark.parametrize("function", LEFT)
def test_no_name_is_left_without_a_use(function: str) -> None:
    made = fixed(function)
    used = {name: made.count(name) for name in ("expires_in", "acl", "engine", "packed") if name in function}
    assert made == HEAD + function or all(count != 1 for count in used.values()), made


@pytest.mark.parametrize("function", LEFT[2:])
def test_such_a_fix_is_not_made(function: str) -> None:
    assert fixed(function) == HEAD + function


@pytest.mark.parametrize("function", USED)
def test_names_with_other_uses_do_not_matter(function: str) -> None:
    assert "write_deltalake" in fixed(function)
