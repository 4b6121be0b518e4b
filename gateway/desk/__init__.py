"""Desks (人工收件台): platforms whose people work off a list here and record by hand what becomes of a case."""
