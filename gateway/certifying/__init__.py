"""Certificates of completeness (完整性证书), written by the gateway itself: one for the days that are over."""
