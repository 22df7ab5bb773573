"""`python -m s3lint`."""

import sys

if not getattr(sys.flags, "safe_path", False):
    # Python looks for modules in the current folder first, which may be what is checked: nothing there is ever imported.
    del sys.path[0]

from s3lint.cli import entry_point

entry_point()
