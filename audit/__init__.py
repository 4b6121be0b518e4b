"""Audit (存证): the tamper-evident log, its proofs and its verifier. Runs alone."""
