"""Forty places where code breaks the storage standard, each marked. Linters are compared by how many of them they report."""

import base64
import gzip
import json
import os
import pickle
import uuid
from datetime import datetime

import awswrangler as wr
import boto3
import pandas as pd
from botocore.config import Config
from delta.tables import DeltaTable
from deltalake import DeltaTable as Table
from deltalake import write_deltalake
from pyspark.sql import SparkSession
from pyspark.sql.types import StringType, StructField, StructType

spark = SparkSession.builder.getOrCreate()
s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
bucket = boto3.resource("s3").Bucket("acme-documents")  #: STO201
documents = boto3.resource("dynamodb").Table("documents")
uploads = os.environ["UPLOADS_BUCKET"]
lake = os.environ["LAKE_BUCKET"]
reports = os.environ.get("REPORTS_BUCKET", "acme-reports-prod")  #: STO203
insecure = boto3.client("s3", use_ssl=False)  #: STO412
PDF = {"ContentType": "application/pdf", "StorageClass": "STANDARD"}
JSON = {"ContentType": "application/json", "StorageClass": "STANDARD"}


def place(document_id, pdf, model):
    documents.put_item(Item={"id": document_id, "s3_key": "documents/1.pdf", "content": base64.b64encode(pdf)})  #: STO101
    documents.put_item(Item={"id": document_id, "s3_key": "documents/1.pdf", "model": pickle.dumps(model)})  #: STO101
    url = s3.generate_presigned_url("get_object", Params={"Bucket": uploads, "Key": "documents/1.pdf"}, ExpiresIn=600)
    documents.put_item(Item={"id": document_id, "url": url})  #: STO103


def keys(document_id, name, body):
    s3.put_object(Bucket=uploads, Key=f"{document_id}.pdf", Body=body, **PDF)  #: STO211
    s3.put_object(Bucket=uploads, Key=str(uuid.uuid4()), Body=body, **PDF)  #: STO211
    s3.put_object(Bucket=uploads, Key=os.path.join("documents", document_id, name), Body=body, **PDF)  #: STO213
    s3.put_object(Bucket=uploads, Key=f"/documents/{document_id}.pdf", Body=body, **PDF)  #: STO212
    s3.put_object(Bucket=uploads, Key=f"documents//{document_id}.pdf", Body=body, **PDF)  #: STO212
    s3.put_object(Bucket=uploads, Key=f"documents/{datetime.now().isoformat()}.pdf", Body=body, **PDF)  #: STO212
    s3.put_object(Bucket=uploads, Key="reports/latest.pdf", Body=body, **PDF)  #: STO214
    s3.put_object(Bucket="acme-invoices", Key=f"invoices/{document_id}.pdf", Body=body, **PDF)  #: STO201
    s3.put_object(Bucket=reports, Key=f"reports/{document_id}.pdf", Body=body, **PDF)


def metadata(document_id, path, rows):
    s3.upload_file(path, uploads, f"documents/{document_id}.pdf", ExtraArgs={"StorageClass": "STANDARD"})  #: STO301
    s3.put_object(Bucket=uploads, Key=f"d/{document_id}.png", Body=rows, ContentType="text/html", StorageClass="STANDARD")  #: STO302
    s3.put_object(Bucket=uploads, Key=f"rows/{document_id}.json.gz", Body=gzip.compress(rows), **JSON)  #: STO303
    s3.upload_file(path, uploads, f"documents/{document_id}.pdf", ExtraArgs={**PDF, "content-type": "text/html"})  #: STO304
    s3.put_object(Bucket=uploads, Key=f"d/{document_id}.pdf", Body=rows, ContentType="application/pdf", StorageClass="STANDARD_1A")  #: STO311
    s3.put_object(Bucket=uploads, Key=f"archive/{document_id}.pdf", Body=rows, ContentType="application/pdf", StorageClass="STANDARD")  #: STO312


def access(document_id, body):
    s3.put_object(Bucket=uploads, Key=f"documents/{document_id}.pdf", Body=body, ACL="public-read", **PDF)  #: STO401
    s3.put_bucket_acl(Bucket=uploads, ACL="public-read-write")  #: STO401
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{uploads}/*"}
    s3.put_bucket_policy(Bucket=uploads, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))  #:^ STO402
    s3.delete_public_access_block(Bucket=uploads)  #: STO403
    s3.generate_presigned_url("get_object", Params={"Bucket": uploads, "Key": "d/1.pdf"}, ExpiresIn=31_536_000)  #: STO405
    s3.generate_presigned_post(uploads, f"documents/{document_id}.pdf", ExpiresIn=600)  #: STO407
    s3.put_object(Bucket=uploads, Key=f"patients/{document_id}.pdf", Body=body, **PDF)  #: STO411
    return f"https://{uploads}.s3.amazonaws.com/documents/{document_id}.pdf"  #: STO404


def delta(frame, rows, path):
    frame.write.format("json").save(f"s3://{lake}/raw/events/")  #: STO501
    rows.to_csv(f"s3://{lake}/raw/orders/orders.csv")  #: STO501
    wr.s3.to_parquet(rows, path=f"s3://{lake}/raw/orders/", dataset=True)  #: STO501
    spark.read.option("inferSchema", "true").csv(f"s3://{lake}/raw/orders/")  #: STO502
    spark.read.json(f"s3://{lake}/raw/events/")  #: STO502
    frame.write.format("delta").mode("overwrite").save(f"s3://{lake}/tables/orders")  #: STO503
    write_deltalake(f"s3://{lake}/tables/orders", rows, mode="overwrite")  #: STO503
    frame.write.format("delta").mode("append").option("overwriteSchema", "true").save(f"s3://{lake}/tables/orders")  #: STO504
    DeltaTable.forPath(spark, path).alias("t").merge(frame.alias("s"), "t.id = s.id").whenMatchedUpdateAll()  #: STO505
    Table(f"s3://{lake}/tables/orders").vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)  #: STO506
    frame.write.format("delta").save(f"s3://{lake}/tables/orders")  #: STO508
    return StructType([StructField("created_at", StringType())])  #: STO509
