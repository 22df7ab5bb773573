"""Join the parts that answer what expressions of a project are: the door to this package.

Imports the modules of the language and of libraries for what they register.
"""

from __future__ import annotations

import s3lint.inference.register  # noqa: F401
from s3lint.inference import imports
from s3lint.inference.callers import Callers
from s3lint.inference.evaluator import Evaluator
from s3lint.project.modules import Project


class Analysis:
    """The evaluator of a project, and the callers that its parameters are followed to."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.evaluator = Evaluator(project, imports)
        self.callers = Callers(self.evaluator)

    def take_apart(self) -> None:
        """Free the values after the last query, without a collection over all objects of the process."""
        self.evaluator.take_apart()
        self.callers.take_apart()
