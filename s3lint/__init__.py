"""s3lint: one storage standard (AWS S3, DynamoDB references, Delta Lake), enforced where the code calls it."""

__version__ = "0.1.0"
