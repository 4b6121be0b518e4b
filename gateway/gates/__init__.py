"""Gates: whether something may be sent to a platform now, and taken in at all."""
