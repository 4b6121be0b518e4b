"""The routes of the log: C2SP's, not a caller's interface, so they stand in no OpenAPI document.

docs/evidence.md has them. The checkpoint is public, since every answer carries it; entries are for auditors only.
"""

from gateway.web.api import evidence
from gateway.web.routes.described import Endpoint

LOG = (
    Endpoint(
        "GET", "/log/checkpoint", evidence.checkpoint, None,
        ("最新检查点", "The newest checkpoint"), ("", ""), (),
    ),
    Endpoint(
        "GET", "/log/tile/{path:.+}", evidence.tile, None,
        ("瓦片与条目", "Tiles, and bundles of entries"), ("", ""), (), auditor=True,
    ),
    Endpoint(
        "GET", "/log/witnessed", evidence.witnessed, None,
        ("本网关所见证日志的最新检查点", "What this gateway cosigned last of another's log"), ("", ""), (),
    ),
    Endpoint(
        "POST", "/log/add-checkpoint", evidence.add_checkpoint, None,
        ("请求共签", "Ask this gateway to cosign a checkpoint"), ("", ""), (), body="-",
    ),
)  # fmt: skip
