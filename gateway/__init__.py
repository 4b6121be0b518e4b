"""Tongban (通办): the trunk, the only code that knows all three leaves."""

__version__ = "0.1.0"
