"""`python -m s3lint`."""

from s3lint.faces.command import entry_point

entry_point()
