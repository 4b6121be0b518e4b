"""Opening an installation: its keys, its database under this program's schema, its log going on where it was."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from audit import log as audit_log
from audit.epoch import NothingLost
from audit.notes import COSIGNATURE, Signer
from audit.succession import Epoch
from gateway.clock import HeardClock, SteadyClock, wall_ms
from gateway.evidence.continuity import Discontinued, Published, Restored, after_restore, going_on
from gateway.evidence.readings import SUFFIX, Readings, key_of, open_readings, readings_after_restore
from gateway.settings.conf import Settings, Unconfigured
from gateway.store import bodies, marks, uploads, visits
from gateway.store.database import file_of, is_embedded, now_ms, open_connection, open_engine, reaching
from gateway.store.migrate import NewerSchema, upgrade
from gateway.store.store import StorageUnavailable, Store
from gateway.store.vault import Vault, WrongKey, create_key
from gateway.world import World


@dataclass(frozen=True, slots=True)
class Opened:
    """The database under this program's schema, with the keys that it needs, and the time that it keeps."""

    store: Store
    vault: Vault
    signer: Signer
    readings: Readings
    witness: Signer
    clock_ms: Callable[[], int]


# what keeps an installation from starting; the text says why and what to do
CANNOT_START = (Unconfigured, WrongKey, NewerSchema, Restored, Discontinued, StorageUnavailable)


def go_on_after_restore(settings: Settings, actor: str) -> Epoch:
    """What `--after-restore` does before the gateway boots. Raises NothingLost, and what `opened` raises."""
    address = settings.database
    upgrade(address)
    signer = Signer.load(settings.path(settings.installation.keys.audit))
    with reaching(), closing(open_connection(address)) as connection:
        at_ms = now_ms(connection, wall_ms)
        readings = readings_after_restore(settings, at_ms)
        try:
            return after_restore(connection, published_of(settings), signer, actor=actor, at_ms=at_ms)
        except NothingLost:
            if readings is None:
                raise
            return readings


def published_of(settings: Settings) -> Published:
    installation = settings.installation
    folder = settings.path(installation.publish) if installation.publish else None
    return Published(settings.path(installation.state) / "checkpoint", folder)


def opened(settings: Settings, world: World) -> Opened:
    """Bring the schema up, and see that everything is there that belongs to this installation.

    Raises Unconfigured, WrongKey, NewerSchema, Restored, Discontinued, StorageUnavailable.
    """
    address, keys = settings.database, settings.installation.keys
    if is_embedded(address):
        file_of(address).parent.mkdir(parents=True, exist_ok=True)
    settings.path(settings.installation.state).mkdir(parents=True, exist_ok=True)
    upgrade(address)
    vault = Vault.load([settings.path(path) for path in keys.wrapping], settings.path(keys.person))
    served = HeardClock(world.monotonic_ms)
    with reaching(), closing(open_connection(address)) as connection:
        vault.require(
            bodies.keys_in_use(connection) | uploads.keys_in_use(connection) | visits.keys_in_use(connection)
        )
        moved = marks.all_of(connection).get(marks.MOVED)
        served.heard(now_ms(connection, world.wall_ms))
        signer = going_on(connection, published_of(settings), Signer.load(settings.path(keys.audit)))
    if moved is not None:
        raise Unconfigured(f"this database was moved to {moved}: name that one in conf/gateway.yaml")
    given_ms = world.clock_ms
    clock_ms = given_ms or SteadyClock(world.wall_ms if is_embedded(address) else served, world.monotonic_ms)
    heard = served.heard if given_ms is None else lambda _: clock_ms()
    engine = open_engine(
        address, audit_log.append, audit_log.holds, connect=world.connect, clock_ms=clock_ms, heard=heard
    )
    readings = open_readings(settings, connect=world.connect, clock_ms=clock_ms, heard=heard)
    witness = Signer.load(settings.path(keys.witness), kind=COSIGNATURE)
    return Opened(Store(engine), vault, signer, readings, witness, clock_ms)


def create_keys(settings: Settings, world: World) -> None:
    installation, draft = settings.installation, f"draft-{world.random(8).hex()}"
    for path in (*installation.keys.wrapping, installation.keys.person):
        _create_key(settings.path(path), draft, create_key)
    create_signer = partial(Signer.create, name=installation.name)
    _create_key(settings.path(installation.keys.audit), draft, create_signer)
    create_reader = partial(Signer.create, name=installation.name + SUFFIX)
    _create_key(key_of(settings), draft, create_reader)
    create_witness = partial(Signer.create, name=f"{installation.name}/witness", kind=COSIGNATURE)
    _create_key(settings.path(installation.keys.witness), draft, create_witness)


def _create_key(path: Path, draft: str, create: Callable[[Path], object]) -> None:
    """Make a missing key. Of processes that start together one is first; the others find the whole of its key."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{draft}")
    create(unfinished)
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:  # theirs is the key
        pass
    finally:
        unfinished.unlink()
