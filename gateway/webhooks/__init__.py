"""Telling callers what happened to their cases (webhooks): signed, at least once, in order for each case."""
