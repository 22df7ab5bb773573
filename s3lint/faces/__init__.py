"""The doors of s3lint: the command, flake8, editors, codemods. Each is thin and calls the engine."""
