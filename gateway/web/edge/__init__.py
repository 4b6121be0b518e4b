"""The edge: connections, turns, shares, and reading what came without believing it."""
