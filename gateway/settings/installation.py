"""conf/gateway.yaml: what this installation is, how much it takes in, where its keys and its state are."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from gateway.file_kinds import TESTS
from gateway.settings.hooks import SecretSource


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Listen(Declared):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8650


class Keys(Declared):
    """Files of keys. Those that are missing are made on the first start, readable by their owner only."""

    wrapping: Annotated[tuple[Path, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)] = (
        Path("state/keys/wrapping.key"),
    )
    person: Path = Path("state/keys/person.key")
    audit: Path = Path("state/keys/audit.key")
    readings: Path = Path("state/keys/readings.key")
    witness: Path = Path("state/keys/witness.key")


class Bounds(Declared):
    """How much is taken in. Sizes in bytes, times in seconds."""

    body_bytes: Annotated[int, Field(ge=1)] = 32 * 1024 * 1024
    memory_bytes: Annotated[int, Field(ge=1, validate_default=True)] = 128 * 1024 * 1024
    read_s: Annotated[float, Field(gt=0)] = 120.0
    open_requests: Annotated[int, Field(ge=1)] = 512
    at_once: Annotated[int, Field(ge=1)] = 16
    queue_per_caller: Annotated[int, Field(ge=1)] = 128
    wait_s: float = 5.0
    longest_wait_s: float = 30.0
    lease_margin_s: float = 5.0
    held_due_hours: int = 24
    reserve_bytes: int = 64 * 1024 * 1024
    linger_s: Annotated[float, Field(ge=0)] | None = None

    @property
    def held_due_ms(self) -> int:
        return self.held_due_hours * 3_600_000

    @field_validator("memory_bytes")
    @classmethod
    def _holds_the_largest_body(cls, memory_bytes: int, others: ValidationInfo) -> int:
        """The largest body that is allowed must fit while there is no other."""
        least = others.data.get("body_bytes", 0)
        if memory_bytes < least:
            raise PydanticCustomError(
                "too_small", "memory_bytes is smaller than body_bytes", {"least": least}
            )
        return memory_bytes


class Materials(Declared):
    """Files that callers bring by themselves. Sizes in bytes."""

    size_bytes: Annotated[int, Field(ge=1, le=1024**3)] = 256 * 1024 * 1024
    kept_bytes: Annotated[int, Field(ge=1)] = 4 * 1024 * 1024 * 1024
    keep_hours: Annotated[int, Field(ge=1)] = 48
    types: tuple[str, ...] = tuple(TESTS)


LEAST_DAYS = 183  # 网络安全法: what is recorded of a network is kept for six months at least
Days = Annotated[int, Field(ge=LEAST_DAYS)]


class Retention(Declared):
    """How long contents are kept, in days from the end of what they belong to (docs/erasure.md).

    operations, items: by name or code; patterns end in `*`.
    """

    case_days: Days = 1095
    read_days: Days = 1095
    operations: dict[str, Days] = {}
    items: dict[str, Days] = {}


class Provider(Declared):
    """An OpenID Connect provider at which people sign in. origin: how browsers reach this console."""

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]
    client_id: str
    client_secret: SecretSource
    origin: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+$")]


class Console(Declared):
    """The pages for people."""

    persons_to_unmask: Annotated[int, Field(ge=1, le=2)] = 1
    provider: Provider | None = None


class Installation(Declared):
    """conf/gateway.yaml."""

    name: Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z.-]*(/[0-9a-z.-]+)*$")]
    listen: Listen = Listen()
    database: Annotated[str, Field(pattern=r"^(sqlite:///|postgresql://).+")] = "sqlite:///state/tongban.db"
    database_password: SecretSource | None = None
    state: Path = Path("state")
    publish: Path | None = None
    certificates: Path | None = None
    keys: Keys = Keys()
    platforms: tuple[Path, ...] = (Path("mappings/platforms"),)
    catalogue: tuple[Path, ...] = ()
    bounds: Bounds = Bounds()
    materials: Materials = Materials()
    retention: Retention = Retention()
    console: Console = Console()
    contact: str = ""
    production: bool = False
    persons_to_confirm: Annotated[int, Field(ge=1, le=2)] = 1
