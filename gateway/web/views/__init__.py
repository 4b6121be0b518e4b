"""How cases and all that belongs to them are shown to callers."""
