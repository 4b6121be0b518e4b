"""Replay (重放): what releases make of documents that are stored. Nothing is sent, and no state is changed."""
