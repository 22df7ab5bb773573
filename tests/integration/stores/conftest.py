"""Stores and engines that are not part of the default suite, each started once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from ceph import OWNER, STRANGER, Account, ceph, free_port, is_installed, wait_for

BUCKET = "acme-documents"
TABLE = "documents"
DYNALITE = Path(__file__).parent / ".cache" / "node_modules" / "dynalite" / "cli.js"
DYNAMODB_LOCAL = "DYNAMODB_LOCAL_JAR"
"""The variable with the path of Amazon's `DynamoDBLocal.jar`, which is then used in place of dynalite."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": OWNER.access_key,
    "AWS_SECRET_ACCESS_KEY": OWNER.secret_key,
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ALLOW_HTTP": "true",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
}


def pytest_configure(config: pytest.Config) -> None:
    """The JVM's gateway and pools of connections are closed by the end of the process."""
    for kind in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
        config.addinivalue_line("filterwarnings", f"ignore::{kind}")


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    with patch.dict(os.environ, ENVIRONMENT):
        yield


@pytest.fixture(scope="session")
def store(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Ceph's gateway, with a bucket of the owner's."""
    if not is_installed():
        pytest.skip("Ceph is not installed: tests/integration/stores/install says how")
    with ceph(tmp_path_factory.mktemp("ceph")) as address:
        client(address).create_bucket(Bucket=BUCKET)
        yield address


def client(address: str, account: Account = OWNER, **settings: Any) -> Any:
    """A client of the runtime's making, of the owner or of a stranger."""
    from s3lint.runtime import s3_client

    keys = {"aws_access_key_id": account.access_key, "aws_secret_access_key": account.secret_key}
    return s3_client(endpoint_url=address, **keys, **settings)


@pytest.fixture(scope="session")
def s3(store: str) -> Any:
    return client(store)


@pytest.fixture(scope="session")
def stranger(store: str) -> Any:
    return client(store, STRANGER)


@pytest.fixture(scope="session")
def items(environment: None) -> Iterator[str]:
    """The address of a server for DynamoDB, with a table."""
    port = free_port()
    process = subprocess.Popen(_serving_items(port), stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        address = f"http://127.0.0.1:{port}"
        made = dynamodb(address)
        made.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "document_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "document_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        made.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _serving_items(port: int) -> list[str]:
    """The command that starts dynalite, or DynamoDB Local."""
    local = os.environ.get(DYNAMODB_LOCAL)
    if local:
        libraries = Path(local).parent / "DynamoDBLocal_lib"
        return ["java", f"-Djava.library.path={libraries}", "-jar", local, "-inMemory", "-disableTelemetry", "-port", str(port)]
    node = shutil.which("node")
    if node is None or not DYNALITE.exists():
        pytest.skip("dynalite is not installed: tests/integration/stores/install says how")
    return [node, str(DYNALITE), "--host", "127.0.0.1", "--port", str(port), "--createTableMs", "0"]


def dynamodb(address: str, **settings: Any) -> Any:
    from s3lint.runtime import dynamodb_client

    return dynamodb_client(endpoint_url=address, **settings)


@pytest.fixture(scope="session")
def plain_store(environment: None) -> Iterator[str]:
    """The address of moto's server, with a bucket: Ceph 16 refuses the empty objects that Hadoop's client makes for folders."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client(f"http://{host}:{port}").create_bucket(Bucket=BUCKET)
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def spark(environment: None, plain_store: str) -> Iterator[Any]:
    """Spark on the JVM with Delta Lake, and Hadoop's client for S3; Spark fetches the jars by their coordinates."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed: tests/integration/stores/install says how")
    import pyspark
    from delta import configure_spark_with_delta_pip
    from pyspark.sql import SparkSession

    (hadoop,) = (Path(pyspark.__file__).parent / "jars").glob("hadoop-client-api-*.jar")
    settings = {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.hadoop.fs.s3a.endpoint": plain_store,
        "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.access.key": OWNER.access_key,
        "spark.hadoop.fs.s3a.secret.key": OWNER.secret_key,
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    version = hadoop.stem.removeprefix("hadoop-client-api-")
    with patch.dict(os.environ, {"PYSPARK_PYTHON": sys.executable}):
        session = configure_spark_with_delta_pip(builder, [f"org.apache.hadoop:hadoop-aws:{version}"]).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()
