"""The torture set: programs of hostile shapes, of any size, made when they are wanted."""

from __future__ import annotations

from benchmarks.torture_set.broken import BROKEN
from benchmarks.torture_set.comments import COMMENTS
from benchmarks.torture_set.doubling import DOUBLING
from benchmarks.torture_set.functions import FUNCTIONS
from benchmarks.torture_set.literals import LITERALS
from benchmarks.torture_set.nested import NESTED
from benchmarks.torture_set.notebooks import NOTEBOOKS
from benchmarks.torture_set.texts import TEXTS
from benchmarks.torture_set.values import VALUES

SHAPES = [*LITERALS, *NESTED, *TEXTS, *VALUES, *DOUBLING, *FUNCTIONS, *COMMENTS, *BROKEN, *NOTEBOOKS]
