"""Reading what a platform answers to whoever asks it for a session secret."""

from datetime import datetime, timedelta, timezone
from typing import Any

import orjson

from adapters.errors import SessionFailed
from adapters.message import Response
from adapters.patterns import as_text

_CHINA = timezone(timedelta(hours=8))


def json_object(response: Response) -> dict[str, Any]:
    """The JSON object of an answer, empty for any other JSON. Raises SessionFailed for what is no JSON."""
    try:
        answer = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        raise SessionFailed("not JSON") from None
    return answer if isinstance(answer, dict) else {}


def end_ms(value: Any) -> int:
    """Epoch ms of a secret's end: 13 digits, or China time as `yyyy-MM-dd HH:mm:ss` or `yyyyMMddHHmmss`.

    Raises ValueError for anything else: a secret of unknown life is not kept.
    """
    text = as_text(value) or ""
    if text.isascii() and text.isdigit() and len(text) == 13:
        return int(text)
    form = "%Y%m%d%H%M%S" if text.isdigit() else "%Y-%m-%d %H:%M:%S"
    return int(datetime.strptime(text, form).replace(tzinfo=_CHINA).timestamp() * 1000)
