"""The signature of Guangdong-type TIF gateways (x-tif-*, 腾讯 Rio).

One plain SHA-256 over a token, a nonce and the time twice; the body is not signed. The server allows 180 s
of difference between the clocks. The hash is the peer's protocol, not the gateway's own protection.
"""

import hashlib

from adapters.auth.scheme import Moment, Sessionless, Signature, needed
from adapters.message import Access, Request


def sign(timestamp: str, token: str, nonce: str) -> str:
    """SHA256(timestamp + token + nonce + timestamp) in capital hex: clients differ, servers compare either case."""
    return hashlib.sha256(f"{timestamp}{token}{nonce}{timestamp}".encode()).hexdigest().upper()


class Tif(Sessionless):
    """settings: `paasid` (who we are there); secrets: `token`."""

    def __init__(self, access: Access) -> None:
        self._paasid = needed(access, "settings", "paasid")
        self._token = needed(access, "secrets", "token")

    def sign(self, request: Request, moment: Moment) -> Signature:
        """Times are epoch seconds. The service id travels with the signature where the operation has one."""
        timestamp, nonce = str(moment.now_ms // 1000), moment.nonce.hex()
        headers = {
            "x-tif-paasid": self._paasid,
            "x-tif-timestamp": timestamp,
            "x-tif-nonce": nonce,
            "x-tif-signature": sign(timestamp, self._token, nonce),
        }
        return Signature(headers | {"x-tif-serviceId": moment.service} if moment.service else headers)
