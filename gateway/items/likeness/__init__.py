"""How like two items of different places are: names as they are compared, suggestions, their review, coverage.

Nothing here aligns anything by itself: a suggestion is a proposal to a person.
"""
