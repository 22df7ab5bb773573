"""Importing this module registers every expression, method and library that the evaluator knows."""

from s3lint.inference import classes, expressions, invoke, shapes, text
from s3lint.inference.models import aws, commandline, frames, spark, stdlib

__all__ = ["aws", "classes", "commandline", "expressions", "frames", "invoke", "shapes", "spark", "stdlib", "text"]
