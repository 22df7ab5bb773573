"""Run the command as `python -m s3lint`. Importing this module does nothing: tools that list modules, such as libcst's, do that."""

import sys

if __name__ == "__main__":
    if not getattr(sys.flags, "safe_path", False):
        # `python -m` puts the current folder first on the path. It may be the checked project, from which nothing is ever imported.
        del sys.path[0]

    from s3lint.cli import entry_point

    entry_point()
