"""A whole organisation at once: files as rows of a frame, findings as rows of another. Needs the extra `spark`."""

from s3lint.spark.checking import check_frame
from s3lint.spark.patches import patch_frame

__all__ = ["check_frame", "patch_frame"]
