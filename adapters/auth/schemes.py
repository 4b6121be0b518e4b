"""All auth schemes by the names that platform.yaml gives them."""

from collections.abc import Mapping

from adapters.auth.ca_hmac import CaHmac
from adapters.auth.gjgxjhpt import Gjgxjhpt, Gjzwfwpt
from adapters.auth.oauth2 import OAuth2
from adapters.auth.scheme import Scheme
from adapters.auth.simple import Basic, Bearer, Unsigned
from adapters.auth.tif import Tif
from adapters.auth.wsse import UsernameToken
from adapters.auth.zj import Zj

MUTUAL_TLS = "mutual-tls"  # signs nothing: our certificate says who we are (adapters/tls.py)
SCHEMES: Mapping[str, type[Scheme]] = {
    "none": Unsigned,
    "bearer": Bearer,
    "basic": Basic,
    "gjgxjhpt": Gjgxjhpt,
    "gjzwfwpt": Gjzwfwpt,
    "tif": Tif,
    "zj": Zj,
    "ws-security": UsernameToken,
    MUTUAL_TLS: Unsigned,
    "oauth2": OAuth2,
    "hmac": CaHmac,
}
# a first "barred" may only mean that the session secret is stale: it is renewed once
RENEWING = frozenset(name for name, scheme in SCHEMES.items() if scheme.session)
