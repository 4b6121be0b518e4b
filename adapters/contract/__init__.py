"""Contracts of platforms (接口契约), whatever they are written in, as one neutral model."""

from adapters.contract.model import Contract, Offer, Part, walk
from adapters.contract.reading import read

__all__ = ["Contract", "Offer", "Part", "read", "walk"]
