"""Fixtures that start servers once for each session: moto for S3 and DynamoDB, Sail for Spark."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from s3lint.runtime import clients

BUCKET = "acme-documents"
TABLE = "documents"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ALLOW_HTTP": "true",
    "S3_BUCKET_NAME": BUCKET,
}


@pytest.fixture(scope="session")
def store() -> Iterator[str]:
    """Start a store with a bucket and a table; return its address, which clients find in the environment."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    with patch.dict(os.environ, {**ENVIRONMENT, "AWS_ENDPOINT_URL": address}):
        clients.default_s3.cache_clear()
        clients.default_dynamodb.cache_clear()
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "document_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "document_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield address
    server.stop()


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """Start Sail; return a session of Spark Connect on it."""
    # pyspark takes a main module without a file, which xdist's workers have, for its own doctests.
    with warnings.catch_warnings(), patch.object(sys.modules["__main__"], "__file__", __file__, create=True):
        warnings.simplefilter("ignore")
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        server = SparkConnectServer()
        server.start(background=True)
        _, port = server.listening_address
        address = f"sc://127.0.0.1:{port}"
        session = SparkSession.builder.remote(address).getOrCreate()
    with patch.dict(os.environ, {"SPARK_REMOTE": address}):
        yield session
    session.stop()
    server.stop()
