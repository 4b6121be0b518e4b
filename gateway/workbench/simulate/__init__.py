"""A platform simulated from what is declared of it: its calls, its samples, and how such platforms misbehave."""
