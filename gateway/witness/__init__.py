"""Witnesses (见证): our checkpoints cosigned by others, and those of others by us."""
