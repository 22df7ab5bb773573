"""s3lint: one storage standard (AWS S3, DynamoDB references, Delta Lake), enforced where the code calls it."""

__version__ = "0.1.0"

REPOSITORY = "https://github.com/s3lint/s3lint"
SITE = "https://s3lint.github.io/s3lint/"
"""The addresses of the project. `make address` replaces them here and wherever they are written out; a test finds any other."""
