"""Hours of bad luck in minutes: load, and everything that can fail failing at random, all of it from one seed."""
