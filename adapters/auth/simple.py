"""Schemes whose headers never change: none, bearer (RFC 6750), basic (RFC 7617)."""

import base64

from adapters.auth.scheme import NOTHING, Moment, Sessionless, Signature, needed
from adapters.message import Access, Request


class Unsigned(Sessionless):
    """The platform knows us by address, by an argument, by our certificate, or not at all."""

    def __init__(self, access: Access) -> None:
        pass

    def sign(self, request: Request, moment: Moment) -> Signature:
        return NOTHING


class _Constant(Sessionless):
    """The same header for every request."""

    def __init__(self, authorization: str) -> None:
        self._signature = Signature({"Authorization": authorization})

    def sign(self, request: Request, moment: Moment) -> Signature:
        return self._signature


class Bearer(_Constant):
    """secrets: `token`."""

    def __init__(self, access: Access) -> None:
        super().__init__(f"Bearer {needed(access, 'secrets', 'token')}")


class Basic(_Constant):
    """settings: `user`; secrets: `password`. Both in UTF-8 (RFC 7617 §2.1)."""

    def __init__(self, access: Access) -> None:
        super().__init__(basic(needed(access, "settings", "user"), needed(access, "secrets", "password")))


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
