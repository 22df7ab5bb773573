"""The syntax of one module: outline, blocks, scopes, positions."""
