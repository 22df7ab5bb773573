"""Queries: what rules ask of facts beyond their fields, e.g. for other facts of the function. Imports `facts` and layers below."""
