"""Extractors: each module makes facts about one library or subject from calls or statements. Imports `facts` and layers below."""
