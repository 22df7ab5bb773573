"""What the standard library lacks and every layer may use: atomic writes, worker processes, a clock, the garbage collector.

Imports nothing else of s3lint.
"""
