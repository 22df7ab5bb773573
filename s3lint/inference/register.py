"""Import every module that registers expressions, methods or models of libraries with the evaluator."""

from s3lint.inference import classes, duck_typing, expressions, functions, text
from s3lint.inference.models import aws, commandline, frames, spark, stdlib

__all__ = ["aws", "classes", "commandline", "duck_typing", "expressions", "frames", "functions", "spark", "stdlib", "text"]
