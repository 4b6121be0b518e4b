"""Calls in (来函): what platforms tell us and hand to us, by the same way through as everything else."""
