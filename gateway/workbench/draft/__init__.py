"""Drafting a platform's folder (草案) from its contract; what is left to decide is asked."""
