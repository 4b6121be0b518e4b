"""Guides (办事指南): what the public is told about an item in one place, in one form, with its age."""
