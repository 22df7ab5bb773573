"""What the standard library lacks and every layer may use: atomic writes, workers, clock, garbage collector."""
