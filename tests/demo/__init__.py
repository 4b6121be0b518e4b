"""The demonstration: real processes, real kills, and a committed table of what must come of it."""
