"""From expressions to values. `load` registers everything that the evaluator knows; the values alone need no libcst."""
