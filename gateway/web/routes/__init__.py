"""The table of routes: who may use each, what it takes, everything that it can answer."""
