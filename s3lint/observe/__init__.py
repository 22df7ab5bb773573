"""Record the storage calls that a running program makes, for `s3lint check --observed`.

The recorder runs inside of the user's program, in any environment: it imports the standard library alone, nothing else of s3lint, and
changes nothing but the names that it wraps while it is on. A failure of its own is one warning, and recording ends.
"""

from .observing import observing
from .recorder import Recorder

__all__ = ["Recorder", "observing"]
