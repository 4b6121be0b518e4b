"""Schemes whose headers never change: none, bearer (RFC 6750), basic (RFC 7617)."""

import base64

from adapters.auth.scheme import Still, needed
from adapters.message import Access


def none(access: Access) -> Still:
    """No header: the platform knows us by address, by licence argument, or not at all."""
    return Still({})


def bearer(access: Access) -> Still:
    return Still({"Authorization": f"Bearer {needed(access, 'secrets', 'token')}"})


def basic(access: Access) -> Still:
    pair = f"{needed(access, 'settings', 'user')}:{needed(access, 'secrets', 'password')}"
    return Still({"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"})
