"""What settings, sizes and places change in the findings of single rules, and what their messages say then."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.inference.callers import MAX_CALLER_CHAIN, MAX_CALLERS
from s3lint.settings import Settings
from s3lint.testing import check

KEYS = """\
import boto3

s3 = boto3.client("s3")
s3.upload_file("a", bucket, f"user-uploads/{name}/a")
s3.upload_file("a", bucket, f"user_uploads/{name}/a")
s3.upload_file("a", bucket, f"userUploads/{name}/a")
"""


def messages(text: str, code: str, **settings: object) -> dict[int, str]:
    """The messages of one rule, by row."""
    made = Settings(root=Path("/nowhere"), select=(code,), **settings)  # type: ignore[arg-type]
    return {finding.start.row: finding.message for finding in check(text, made)}


@pytest.mark.parametrize(("convention", "rows"), [("kebab-case", {5, 6}), ("snake_case", {4, 6}), ("camelCase", {4, 5})])
def test_a_convention_that_is_asked_for_decides(convention: str, rows: set[int]) -> None:
    found = messages(KEYS, "STO215", key_naming=convention)
    assert set(found) == rows
    assert all(f"`key-naming` asks for {convention}" in message for message in found.values())


def test_most_keys_decide_where_nothing_is_asked_for() -> None:
    found = messages(KEYS.replace("userUploads", "other-uploads"), "STO215")
    assert set(found) == {5}
    assert "most keys of the project in kebab-case" in found[5]


EXPIRES = 'import boto3\nboto3.client("s3").generate_presigned_url("get_object", Params=p, ExpiresIn={seconds})\n'


@pytest.mark.parametrize(
    ("seconds", "most", "said"),
    [
        (0, 86_400, "has expired before it is used"),
        (86_400, 86_400, None),
        (86_401, 86_400, "for 24 hours"),
        (47 * 3_600, 86_400, "for 47 hours"),
        (48 * 3_600, 86_400, "for 2 days"),
        (604_800, 86_400, "for 7 days"),
        (604_800, 604_800, None),
        (604_801, 604_800, "is over the 604800 seconds that S3 accepts"),
    ],
)
def test_the_life_of_a_url_is_judged_to_the_second(seconds: int, most: int, said: str | None) -> None:
    found = messages(EXPIRES.format(seconds=seconds), "STO405", presign_max_seconds=most)
    assert found.keys() == ({2} if said is not None else set())
    assert said is None or said in found[2]


CONFIGURED = "import boto3\nfrom botocore.config import Config\n\ns3 = boto3.client('s3'{made})\n"
LINK = "s3.generate_presigned_url('get_object', Params=p, ExpiresIn={seconds})\n"


@pytest.mark.parametrize(
    ("made", "safe"),
    [
        ("", False),
        (", config=Config(retries={})", False),
        (", 'eu-west-1'", True),
        (", region_name=region", True),
        (", region_name=region, config=Config(retries={})", True),
    ],
)
def test_a_signature_for_one_region_needs_that_region(made: str, safe: bool) -> None:
    text = CONFIGURED.format(made=made) + LINK.format(seconds=600)
    (finding,) = check(text, Settings(root=Path("/nowhere"), select=("STO406",)))
    assert finding.fix is not None
    assert finding.fix.safe == safe
    assert ("region" in finding.fix.message) != safe


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_mode_is_written_in_the_quotes_of_its_statement(quote: str) -> None:
    text = "df.write.format('delta').save('s3://lake/raw/apples')\n".replace("'", quote)
    (finding,) = check(text, Settings(root=Path("/nowhere"), select=("STO508",)))
    assert finding.fix is not None
    assert f"mode({quote}append{quote})" in finding.fix.edits[0].content


ITEM = 'import boto3\nboto3.resource("dynamodb").Table("t").put_item(Item={{"id": "a", "body": {body}}})\n'


@pytest.mark.parametrize(
    ("body", "large"),
    [
        ('b"x" * 100', False),
        ('b"x" * 101', True),
        (f'"{"é" * 50}"', False),
        (f'"{"é" * 51}"', True),
        ("bytes(file)", False),
    ],
)
def test_literals_count_in_bytes(body: str, large: bool) -> None:
    assert bool(messages(ITEM.format(body=body), "STO101", dynamodb_max_bytes=100)) is large


@pytest.mark.parametrize(("count", "large"), [(100, False), (101, True)])
def test_what_is_encoded_counts_too(count: int, large: bool) -> None:
    text = "import base64\n" + ITEM.format(body=f'base64.b64encode(b"x" * {count})')
    assert bool(messages(text, "STO101", dynamodb_max_bytes=100)) is large


@pytest.mark.parametrize("grant", ["GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP"])
def test_every_grant_to_everybody_is_found(grant: str) -> None:
    everybody = "uri=http://acs.amazonaws.com/groups/global/AllUsers"
    found = messages(f'import boto3\nboto3.client("s3").put_bucket_acl(Bucket=b, {grant}="{everybody}")\n', "STO401")
    assert found.keys() == {2}
    assert "AllUsers" in found[2]
    assert everybody not in found[2]


FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@pytest.mark.parametrize(
    ("missing", "said"), [(0, None), (1, "`BlockPublicAcls` left out"), (3, "`BlockPublicAcls` and 2 more left out")]
)
def test_flags_that_are_left_out_are_counted(missing: int, said: str | None) -> None:
    given = dict.fromkeys(FLAGS[missing:], True)
    text = f'import boto3\nboto3.client("s3").put_public_access_block(Bucket=b, PublicAccessBlockConfiguration={given})\n'
    found = messages(text, "STO403")
    assert bool(found) is (said is not None)
    assert said is None or said in found[2]


@pytest.mark.parametrize("longer", [False, True])
def test_a_long_url_is_cut_short(longer: bool) -> None:
    url = "https://{bucket}.s3.amazonaws.com/"
    url += "k" * (80 - len(url) + longer)
    found = messages(f'import boto3\ndef link(bucket):\n    return {{"url": f"{url}"}}\n', "STO404")
    assert f"`{url[:79]}…`" in found[3] if longer else f"`{url}`" in found[3]


def test_a_policy_is_reported_where_its_principal_stands() -> None:
    policy = '{"Statement": [{\n  "Effect": "Allow",\n  "Principal": "*",\n  "Action": "s3:GetObject"\n}]}'
    text = f"import boto3\nboto3.client('s3').put_bucket_policy(Bucket=b, Policy='''{policy}''')\n"
    assert messages(text, "STO402").keys() == {4}


def test_seconds_of_a_duration_are_a_safe_fix() -> None:
    text = "import boto3\nfrom datetime import timedelta\n" + EXPIRES.format(seconds="timedelta(hours=1)")
    (finding,) = check(text, Settings(root=Path("/nowhere"), select=("STO405",)))
    assert finding.fix is not None
    assert finding.fix.safe


@pytest.mark.parametrize(
    ("column", "kind"),
    [("day_date", "DATE"), ("paid_at", "TIMESTAMP"), ("price", "DECIMAL"), ("item_count", "BIGINT"), ("longitude", "DOUBLE")],
)
def test_the_type_that_a_column_should_have_is_named(column: str, kind: str) -> None:
    found = messages(f'spark.sql("CREATE TABLE t ({column} STRING) USING DELTA")\n', "STO509")
    assert f" {kind}." in found[1]


OVERWRITE = 'df.write.format("delta").mode("overwrite").save("s3://lake/t")\n'


@pytest.mark.parametrize(
    ("mode", "bounded"), [('"partitionOverwriteMode", "dynamic"', True), ('"partitionOverwriteMode", "static"', False)]
)
def test_a_session_whose_overwrites_are_dynamic_bounds_them(mode: str, bounded: bool) -> None:
    assert bool(messages(f"spark.conf.set({mode})\n{OVERWRITE}", "STO503")) is not bounded


@pytest.mark.parametrize(("written", "sure"), [('"a.pdf"', "high"), ("upload.filename", "medium")])
def test_what_a_client_calls_its_file_is_less_sure(written: str, sure: str) -> None:
    text = f"import boto3\ndef f(upload, b):\n    boto3.client('s3').upload_file('a', b, {written})\n"
    (finding,) = check(text, Settings(root=Path("/nowhere"), select=("STO211",)))
    assert str(finding.confidence.name).lower() == sure


PUT = 'import boto3\nboto3.client("s3").put_object(Bucket=b, Key=k, Body=c, ContentType="a/b", {more})\n'


@pytest.mark.parametrize(
    ("name", "said"),
    [("standard-ia", "STANDARD_IA"), ("Glacier", "GLACIER"), ("REDUCED_REDUNDANCY", "keeps less safe"), ("STANDARD", None)],
)
def test_a_storage_class_is_answered_with_the_one_that_is_meant(name: str, said: str | None) -> None:
    found = messages(PUT.format(more=f'StorageClass="{name}"'), "STO311")
    assert bool(found) is (said is not None)
    assert said is None or said in found[2]


@pytest.mark.parametrize(
    ("comment", "code"), [("s3lint: allow[STO201]", "STO901"), ("noqa:STO201", "STO901"), ("noqa: STO201", "STO901")]
)
def test_a_suppression_is_seen_where_nothing_else_is_mentioned(comment: str, code: str) -> None:
    assert messages(f"x = 1  # {comment}\n", code).keys() == {1}


COPY = 'import boto3\nboto3.client("s3").copy_object(Bucket=b, Key=k, CopySource=c, {lost})\n'


@pytest.mark.parametrize(("lost", "said"), [('ContentType="a/b"', "gets lost"), ('ContentType="a/b", Metadata=m', "get lost")])
def test_what_a_copy_loses_is_said_in_number(lost: str, said: str) -> None:
    assert f" {said}" in messages(COPY.format(lost=lost), "STO304")[2]


@pytest.mark.parametrize(("count", "large"), [(100, False), (101, True)])
def test_a_text_that_is_encoded_counts_too(count: int, large: bool) -> None:
    text = "import base64\n" + ITEM.format(body=f'base64.b64encode("{"x" * count}")')
    assert bool(messages(text, "STO101", dynamodb_max_bytes=100)) is large


def test_a_class_for_archives_is_asked_for_once() -> None:
    text = PUT.format(more="").replace("Key=k", 'Key=f"archive/{k}"')
    found = check(text, Settings(root=Path("/nowhere"), select=("STO312", "STO313")))
    assert [finding.code for finding in found] == ["STO312"]


@pytest.mark.parametrize(("client", "sure"), [('boto3.client("s3")', "high"), ("client", "medium")])
def test_a_url_of_a_client_that_nobody_knows_is_less_sure(client: str, sure: str) -> None:
    text = (
        f"import boto3\nurl = {client}.generate_presigned_url('get_object', Params=p)\n"
        + ITEM.format(body="url").partition("\n")[2]
    )
    (finding,) = check(text, Settings(root=Path("/nowhere"), select=("STO103",)))
    assert finding.confidence.name.lower() == sure


CHOSEN = {
    ("STO211", '"a.txt"', '"b.txt"', '"a/b.txt"'): "s3.put_object(Bucket=b, Key=x, Body=d)",
    ("STO212", 'f"/a/{n}"', 'f"/b/{n}"', 'f"b/{n}"'): "s3.put_object(Bucket=b, Key=x, Body=d)",
    ("STO401", '"public-read"', '"authenticated-read"', '"private"'): "s3.put_object(Bucket=b, Key=k, Body=d, ACL=x)",
    ("STO311", '"COLD"', '"REDUCED_REDUNDANCY"', '"STANDARD"'): "s3.put_object(Bucket=b, Key=k, Body=d, StorageClass=x)",
    ("STO501", '"csv"', '"json"', '"delta"'): "d.write.format(x).save('s3://' + b)",
}


@pytest.mark.parametrize(("given", "use"), CHOSEN.items(), ids=[given[0] for given in CHOSEN])
def test_a_parameter_that_chooses_leaves_no_good_choice(given: tuple[str, str, str, str], use: str) -> None:
    code, one, other, good = given
    program = "import boto3\ns3 = boto3.client('s3')\ndef f(flag, b, k, n, d):\n    x = {} if flag else {}\n    {}\n"
    assert messages(program.format(one, other, use), code)
    assert not messages(program.format(one, good, use), code)


@pytest.mark.parametrize(
    ("endpoint", "fires"), [("http://localhost:9000", False), ("minio:9000", False), ("http://s3.test", False), ("s3.x.com", True)]
)
def test_a_connection_within_a_machine_needs_no_tls(endpoint: str, fires: bool) -> None:
    for join in ("", "c = SparkConf()\nc"):
        method = "set" if join else ".config"
        program = (
            f"from pyspark import SparkConf\n{join or 'b'}.{method.strip('.')}('spark.hadoop.fs.s3a.endpoint', '{endpoint}')"
            f"{chr(10) + 'c' if join else ''}.{method.strip('.')}('spark.hadoop.fs.s3a.connection.ssl.enabled', 'false')\n"
        )
        assert bool(messages(program, "STO412")) is fires


def test_a_bucket_in_many_addresses_is_one_finding() -> None:
    uses = ['f"s3://{b}/x"', '"s3://{}/x".format(b)', '"s3://%s/x" % b', '"s3://" + b + "/x"', 'f"arn:aws:s3:::{b}"']
    program = "b = 'acme-exports'\n" + "".join(f"read({use})\n" for use in uses)
    assert messages(program, "STO202").keys() == {1}


FILES = {
    "a text": ("", '"/tmp/x.csv"', '"/tmp/x.csv"', '"/tmp/y.csv"'),
    "a joined path": ("p, q = os.path.join(f, n), os.path.join(f, n)", "p", "p", "q"),
    "a path of pathlib": ('p, q = Path(f) / "x", Path(f) / "x"', "p", "str(p)", "str(q)"),
    "a parameter": ("", "f", "f", "n"),
    "a temporary file": ("p, q = tempfile.NamedTemporaryFile(), tempfile.NamedTemporaryFile()", "p.name", "p.name", "q.name"),
    "a handle of a temporary file": (
        "p, q = tempfile.NamedTemporaryFile(), tempfile.NamedTemporaryFile()",
        "p",
        "p.name",
        "q.name",
    ),
    "a temporary path": ("_, p = tempfile.mkstemp()\n    _, q = tempfile.mkstemp()", "p", "p", "q"),
    "an attribute": ("self.p = f\n    self.q = n", "self.p", "self.p", "self.q"),
}


@pytest.mark.parametrize(("made", "written", "uploaded", "other"), FILES.values(), ids=FILES)
def test_a_table_in_a_file_is_found_by_the_path_of_the_file(made: str, written: str, uploaded: str, other: str) -> None:
    uploads = (
        "s3.upload_file({}, b, 'a/b')",
        "with open({}, 'rb') as h: s3.put_object(Bucket=b, Key='a/b', Body=h)",
        "send({}, b)",
    )
    for upload in uploads:
        for path, fires in ((uploaded, True), (other, False)):
            program = (
                "import boto3, os, tempfile\nfrom pathlib import Path\nimport pandas as pd\ns3 = boto3.client('s3')\n"
                "def send(path, b):\n    s3.upload_file(path, b, 'a/b')\n"
                f"def f(self, b, f, n):\n    {made or 'pass'}\n    pd.read_csv('x').to_csv({written})\n    {upload.format(path)}\n"
            )
            assert bool(messages(program, "STO501")) is fires, program


DELTA = 'w = {frame}.write.option("dataChange", "false").format("delta").mode("overwrite").{save}\n'
ICEBERG = 's.config("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")\n'
ALIKE = {
    "a compaction by path": (
        ("STO503", "STO506"),
        DELTA.format(frame='spark.read.format("delta").load(p).repartition(4)', save="save(p)"),
        DELTA.format(frame='spark.read.format("delta").load(q).repartition(4)', save="save(p)"),
    ),
    "a compaction by name": (
        ("STO503", "STO506"),
        DELTA.format(frame='spark.read.table("a.b").coalesce(4)', save='saveAsTable("a.b")'),
        DELTA.format(frame='spark.read.table("a.c").coalesce(4)', save='saveAsTable("a.b")'),
    ),
    "a table of an Iceberg catalog": (
        ("STO503",),
        ICEBERG + 'spark.sql("TRUNCATE TABLE lake.a.b")\n',
        ICEBERG + 'spark.sql("TRUNCATE TABLE other.a.b")\n',
    ),
    "a column of a table of an Iceberg catalog": (
        ("STO504",),
        f'{ICEBERG}spark.sql("ALTER TABLE lake.a.b DROP COLUMN c")\n',
        f'{ICEBERG}spark.sql("ALTER TABLE a.b DROP COLUMN c")\n',
    ),
    "a column of a table of a module that makes Iceberg's alone": (
        ("STO504",),
        'spark.sql(f"CREATE TABLE {t} (a int) USING iceberg")\nspark.sql(f"ALTER TABLE {t} DROP COLUMN c")\n',
        'spark.sql(f"CREATE TABLE {t} (a int) USING iceberg")\nw = "delta"\nspark.sql(f"ALTER TABLE {t} DROP COLUMN c")\n',
    ),
    "a bucket passed to what says S3": (
        ("STO203",),
        'place = Location(bucket=os.environ.get("LAKE", "acme-lake"))\n',
        'place = S3Location(bucket=os.environ.get("LAKE", "acme-lake"))\n',
    ),
    "a read of the header": (
        ("STO502",),
        "n = spark.read.csv(u, header=True).limit(0).columns\n",
        "spark.read.csv(u).limit(9).show()\n",
    ),
    "a frame of which only the header counts": (
        ("STO502",),
        "def f(u):\n    d = spark.read.csv(u, header=True)\n    return d.columns, d.dtypes\n",
        "def f(u):\n    d = spark.read.csv(u, header=True)\n    return d.columns, d\n",
    ),
    "local paths that a loop collects": (
        ("STO502",),
        'l = []\nfor n in m:\n    l.append(f"hdfs://x/{n}")\nspark.read.json(l).count()\n',
        'l = []\nfor n in m:\n    l.append(f"s3://x/{n}")\nspark.read.json(l).count()\n',
    ),
    "rows that are no file": (("STO502",), "spark.read.json(c.parallelize(x)).count()\n", "spark.read.json(c.places(x)).count()\n"),
}


@pytest.mark.parametrize(("codes", "silent", "fires"), ALIKE.values(), ids=ALIKE)
def test_of_two_that_look_alike_one_fires(codes: tuple[str, ...], silent: str, fires: str) -> None:
    head = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\np = 's3://x/t'\nq = 's3://x/u'\n"
    for code in codes:
        assert not messages(head + silent, code)
        assert messages(head + fires, code)


def test_a_frozen_mapping_keeps_its_entries() -> None:
    for make in ("MappingProxyType", "dict", "OrderedDict"):
        program = (
            "import boto3, c\nfrom types import MappingProxyType\nfrom collections import OrderedDict\n"
            f'E = {make}({{"ACL": "public-read", **c.more}})\nboto3.client("s3").upload_file(p, b, k, ExtraArgs={{**E}})\n'
        )
        assert messages(program, "STO401").keys() == {4}


@pytest.mark.parametrize("code", ["STO501", "STO502", "STO503"])
def test_a_parameter_that_chooses_between_unknown_places_leaves_the_place_unknown(code: str) -> None:
    uses = {
        "STO501": "d.write.parquet(x)",
        "STO502": "spark.read.csv(x).show()",
        "STO503": "d.write.format('delta').mode('overwrite').save(x)",
    }
    program = "def f(d, spark, p, flag):\n    x = {} if flag else f'{{p}}/b'\n    {}\n"
    assert messages(program.format("f'{p}/a'", uses[code]), code)
    assert not messages(program.format("'/tmp/a'", uses[code]), code)


PRESIGNS = """\
import boto3
import botocore
from botocore.config import Config

s3 = boto3.client("s3"CONFIG)
s3.generate_presigned_url("get_object", Params=params, ExpiresIn=SECONDS)
"""


@pytest.mark.parametrize(
    ("config", "seconds", "safe"),
    [
        (', config=Config(signature_version="s3v4")', "31536000", True),
        (', config=Config(signature_version="s3v4")', "172800", False),
        (', config=Config(signature_version="s3v4")', "0", True),
        ("", "31536000", True),
        ("", "-1", True),
        (', config=Config(signature_version="s3")', "31536000", False),
        (", config=Config(signature_version=botocore.UNSIGNED)", "0", False),
        (", config=made(botocore.UNSIGNED)", "0", False),
    ],
)
def test_an_expiry_is_safe_to_change_only_where_no_url_can_have_worked(config: str, seconds: str, *, safe: bool) -> None:
    text = PRESIGNS.replace("CONFIG", config).replace("SECONDS", seconds)
    (finding,) = check(text, Settings(root=Path("/nowhere"), select=("STO405",)))
    assert finding.fix is not None
    assert finding.fix.safe == safe


@pytest.mark.parametrize(
    ("write", "named"),
    [
        ('df.write.parquet("s3://acme/a/b")', ["Spark session", "readers", "CONVERT TO DELTA"]),
        ('df.write.csv("s3://acme/a/b")', ["Spark session", "readers", "written again"]),
        ('spark.sql("CREATE TABLE t (a INT) USING csv")', ["Spark session", "readers", "written again"]),
        ('pl.DataFrame([]).write_csv("s3://acme/a/b")', ["readers", "written again"]),
    ],
)
def test_a_fix_to_delta_says_what_must_follow(write: str, named: list[str]) -> None:
    text = f"import polars as pl\nfrom pyspark.sql import SparkSession\n\nspark = SparkSession.builder.getOrCreate()\n{write}\n"
    (finding,) = check(text, Settings(root=Path("/nowhere"), select=("STO501",)))
    assert finding.fix is not None
    known = ("Spark session", "readers", "CONVERT TO DELTA", "written again")
    assert [word for word in known if word in finding.fix.message] == named


UPLOADS_A_REPORT = """\
import boto3

def upload(stem):
    boto3.client("s3").upload_file("a", bucket, f"{stem}report.csv")
"""

RELAYS = "".join(f"def relay{n}(stem):\n    {f'relay{n - 1}' if n else 'upload'}(stem)\n" for n in range(MAX_CALLER_CHAIN))


@pytest.mark.parametrize(
    ("calls", "fires"),
    [
        ("", True),
        ("upload('a-')\n", True),
        ("upload('a/')\n", False),
        ("upload('a/')\n" * MAX_CALLERS, False),
        ("upload('a/')\n" * (MAX_CALLERS + 1), False),
        ("upload('a-')\n" + "upload('a/')\n" * MAX_CALLERS, True),
        (f"{RELAYS}relay{MAX_CALLER_CHAIN - 1}('a/')\n", False),
        (RELAYS, True),
        ("def relay(stem):\n    upload(stem)\n", True),
    ],
)
def test_calls_that_are_not_followed_may_pass_a_prefix(calls: str, *, fires: bool) -> None:
    assert bool(messages(UPLOADS_A_REPORT + calls, "STO211")) is fires


LITERAL = "'s3://acme-lake/raw'"


@pytest.mark.parametrize(
    "use",
    [
        f"name.startswith({LITERAL})",
        f"name.startswith(({LITERAL}, 'file:'))",
        f"name.removeprefix({LITERAL})",
        f"used = read('s3://acme-other/raw') == name, name.startswith({LITERAL})",
    ],
)
def test_an_address_that_others_are_compared_with_stays(use: str) -> None:
    text = f"import boto3\n\n\ndef f(name):\n    {use}\n"
    found = check(text, Settings(root=Path("/nowhere"), select=("STO202",)))
    compared = [
        finding for finding in found if text.splitlines()[4][: finding.start.column - 1].rstrip("(").endswith(("with", "prefix"))
    ]
    assert len(compared) == 1
    assert all((finding.fix is None) == (finding in compared) for finding in found)
    assert "are compared with it" in compared[0].unfixed
