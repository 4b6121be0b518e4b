"""The network of sixteen: a month among 慈溪 and its partner places, played in seconds, and three counts of it."""
