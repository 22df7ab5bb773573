"""Check the repositories of an organisation on Spark: frames of files become frames of findings. Needs the extra `spark`."""

from s3lint.spark.checking import check_frame
from s3lint.spark.patches import patch_frame

__all__ = ["check_frame", "patch_frame"]
