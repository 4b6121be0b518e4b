"""OAuth 2.0 client credentials (RFC 6749 §4.4): the access token is the session secret, sent as a bearer token."""

from collections.abc import Sequence
from urllib.parse import quote_plus, urlencode, urljoin

from yarl import URL

from adapters.auth.answers import json_object
from adapters.auth.scheme import Moment, Sessionless, Signature, needed, one_of
from adapters.auth.simple import basic
from adapters.errors import SessionBarred, SessionFailed
from adapters.message import Access, Request, Response
from adapters.patterns import as_text

# §5.2: what is wrong with us, and does not mend by asking again
_BARRED = frozenset({"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"})
_UNSAID_LIFE_S = 300  # expires_in is only recommended (§5.1)
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class OAuth2(Sessionless):
    """settings: `client_id`, `token_url` (whole, or a path at the address), optionally `scope` and
    `client_auth`: `basic` (default) or `body` (§2.3.1); secrets: `client_secret`.
    """

    session = True

    def __init__(self, access: Access) -> None:
        client, secret = needed(access, "settings", "client_id"), needed(access, "secrets", "client_secret")
        self._url = URL(urljoin(access.address.rstrip("/") + "/", needed(access, "settings", "token_url")))
        form = {"grant_type": "client_credentials"}
        if scope := access.settings.get("scope"):
            form["scope"] = scope
        self._headers = dict(_FORM)
        if one_of(access, "client_auth", ("basic", "body")) == "body":
            form |= {"client_id": client, "client_secret": secret}
        else:
            self._headers["Authorization"] = basic(quote_plus(client), quote_plus(secret))
        self._form = urlencode(form).encode()

    def sign(self, request: Request, moment: Moment) -> Signature:
        return Signature({"Authorization": f"Bearer {moment.secret}"})

    def asks(self, moment: Moment) -> Sequence[Request]:
        return (Request("POST", self._url, self._headers, self._form),)

    def learn(self, response: Response, now_ms: int) -> tuple[str, int]:
        """A token that is none of ours to use, or whose life cannot be read, is not kept."""
        answer = json_object(response)
        error = as_text(answer.get("error"))
        if error in _BARRED:
            raise SessionBarred(str(error))
        token, life = as_text(answer.get("access_token")), as_text(answer.get("expires_in", _UNSAID_LIFE_S))
        kind = as_text(answer.get("token_type")) or ""
        if response.status != 200 or not token or kind.lower() != "bearer":
            raise SessionFailed(f"status {response.status}")
        if life is None or not (life.isascii() and life.isdigit()):
            raise SessionFailed("expires_in cannot be read")
        return token, now_ms + int(life) * 1000
