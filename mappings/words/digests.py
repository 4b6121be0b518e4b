"""Digests of texts, in lower-case hexadecimal. The platforms' protocols; we trust none of them."""

import hashlib
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from mappings.words.charset import encoder
from mappings.words.registry import BadArgument, Example, word


@word(
    Example("abc", expect="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    Example("䶮", ("gbk",), refuse="not_writable"),
)
def sha256(charset: str = "utf-8") -> Callable[[str], str]:
    """SHA-256 of the text's bytes in `charset`."""
    encode = encoder(charset)
    return lambda value: hashlib.sha256(encode(value)).hexdigest()


@word(Example("abc", expect="66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"))
def sm3(charset: str = "utf-8") -> Callable[[str], str]:
    """SM3 (GB/T 32905) of the text's bytes in `charset`."""
    encode = encoder(charset)
    try:
        hashes.Hash(hashes.SM3())
    except UnsupportedAlgorithm as error:
        raise BadArgument(
            "this installation has no SM3", "install cryptography with its own OpenSSL"
        ) from error

    def digest(value: str) -> str:
        total = hashes.Hash(hashes.SM3())
        total.update(encode(value))
        return total.finalize().hex()

    return digest


@word(Example("abc", expect="900150983cd24fb0d6963f7d28e17f72"))
def md5(charset: str = "utf-8") -> Callable[[str], str]:
    """MD5 of the text's bytes in `charset`: only where the platform's protocol asks for it, it protects nothing."""
    encode = encoder(charset)
    return lambda value: hashlib.md5(encode(value), usedforsecurity=False).hexdigest()
