"""conf/witnesses/NAME.yaml: another party that cosigns our checkpoints, or whose checkpoints we cosign, or both."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from audit.notes import COSIGNATURE, ED25519, Key, KeyRejected


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _checked(text: str, kind: bytes) -> str:
    try:
        Key.parse(text, kind)
    except KeyRejected as error:
        raise PydanticCustomError("key", "{why}", {"why": str(error)}) from error
    return text


class Cosigns(_Written):
    """Where they take our checkpoints (C2SP tlog-witness), and the key with which they cosign them."""

    address: Annotated[str, Field(pattern=r"^https?://[^\s#?@]+$", max_length=500)]
    key: str
    every_s: Annotated[float, Field(gt=0)] = 10
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, text: str) -> str:
        return _checked(text, COSIGNATURE)

    @property
    def verifier(self) -> Key:
        return Key.parse(self.key, COSIGNATURE)


class Witness(_Written):
    """logs: the public keys of their log, one for each epoch and each change of key that we go along with."""

    witness: Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z-]*$")]
    title: str
    cosigns: Cosigns | None = None
    logs: tuple[str, ...] = ()

    @field_validator("logs")
    @classmethod
    def _are_keys(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(text, ED25519) for text in texts)

    @property
    def verifiers(self) -> tuple[Key, ...]:
        return tuple(map(Key.parse, self.logs))
