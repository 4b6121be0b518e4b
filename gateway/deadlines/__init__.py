"""Limits of cases (时限): what holds for a case, what its clocks say, amber and red as events, once each."""
