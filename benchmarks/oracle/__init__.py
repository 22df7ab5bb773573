"""Compare what static analysis reports with what test suites of public projects do: `python -m benchmarks.oracle`, or `make oracle`."""
