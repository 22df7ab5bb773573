"""Questions that rules ask of facts."""
