"""What library code returns, as far as storage is concerned. Each module registers its functions by their dotted paths."""
