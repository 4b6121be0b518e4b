"""The story of an exchange: admit, send, judge."""
