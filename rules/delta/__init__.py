"""Delta Lake: how analytical data is stored."""
