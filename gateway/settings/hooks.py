"""Where a caller wants to be told what happened to its cases (webhook), and where a secret is found."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class SecretSource(BaseModel):
    """Where a secret is: a file or an environment variable, never the configuration itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    file: Path | None = None
    env: str | None = None


class Webhook(BaseModel):
    """The caller's address for events. secret: `whsec_` and base64 of 24 to 64 random bytes.

    An event that is not taken is tried again after `first_s`, then after twice as long each time, `most_s` at most,
    and is a dead letter (死信) once it was refused for `patience_hours`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    url: Annotated[str, Field(pattern=r"^https?://[^\s#@]+$", max_length=500)]
    secret: SecretSource
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10
    first_s: Annotated[float, Field(gt=0)] = 5
    most_s: Annotated[float, Field(gt=0)] = 3600
    patience_hours: Annotated[float, Field(gt=0)] = 72
