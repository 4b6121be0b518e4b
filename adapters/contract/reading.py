"""Reads any contract: what it is written in is seen from its text, not from its name."""

from collections.abc import Mapping

from adapters.contract import wsdl
from adapters.contract.model import Contract


def read(path: str, files: Mapping[str, str]) -> Contract:
    """files: texts of the folder by relative path. Raises Unbuildable."""
    return wsdl.read(path, files)
