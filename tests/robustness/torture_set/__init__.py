"""Generate programs of hostile shapes, of any size."""

from __future__ import annotations

from robustness.torture_set.broken import BROKEN
from robustness.torture_set.comments import COMMENTS
from robustness.torture_set.doubling import DOUBLING
from robustness.torture_set.functions import FUNCTIONS
from robustness.torture_set.literals import LITERALS
from robustness.torture_set.nested import NESTED
from robustness.torture_set.notebooks import NOTEBOOKS
from robustness.torture_set.texts import TEXTS
from robustness.torture_set.values import VALUES

SHAPES = [*LITERALS, *NESTED, *TEXTS, *VALUES, *DOUBLING, *FUNCTIONS, *COMMENTS, *BROKEN, *NOTEBOOKS]
