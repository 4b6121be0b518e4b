"""tongban item: lists, codes, suggestions, coverage."""
