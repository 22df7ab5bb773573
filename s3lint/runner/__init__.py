"""Many files: workers, results and their cache."""
