"""Simulated platforms: strict servers that check, take and count by themselves.

They know nothing of `gateway`, `adapters` or `mappings`; what they check, they check from the interface
documents in `mappings/examples/*/interface.md`. `python -m tests.fakes.gd` (or gx, sj, yb, yh) runs alone.
"""
