"""What the commands share: exit codes, and what an auditor brings (keys, checkpoints) read from arguments."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from audit.keychange import HEADER, KeyChange, read_change
from audit.ledger import Log, open_ledger
from audit.notes import COSIGNATURE, Key, KeyRejected
from audit.quorum import Quorum
from audit.tilelog import open_tiles

SOUND, FINDINGS, CANNOT_RUN = 0, 1, 2
_FILE_BYTES_AT_MOST = 4_000_000
_TOKEN_BYTES_AT_MOST = 4_000


class FileRejected(ValueError):
    """A file that was named is too large for what it should hold, or is no text."""


def read_keys(texts: Sequence[str]) -> list[Key]:
    """Keys as given, or from files: one key per line, or a change of key. Raises KeyRejected, OSError."""
    files = [read(text) for text in texts if Path(text).is_file()]
    lines = [text for text in texts if not Path(text).is_file()]
    lines += [line for file in files if not file.startswith(HEADER) for line in file.splitlines()]
    keys = [Key.parse(line) for line in lines if line.strip()]
    keys += _gone_over_to([read_change(file) for file in files if file.startswith(HEADER)], keys)
    if not keys:
        raise KeyRejected("the file of keys is empty")
    return keys


def _gone_over_to(changes: Sequence[KeyChange], keys: Sequence[Key]) -> list[Key]:
    """The keys of changes that begin with a key that is given, or with that of another such change."""
    names, found = dict.fromkeys(key.name for key in keys), list(keys)
    for change in sorted(changes, key=lambda each: each.position):
        if change.before.public not in {key.public for key in found}:
            raise KeyRejected(f"the change of key at entry {change.position} does not begin with a given key")
        found += [Key(name, change.after.public) for name in names]
    return found[len(keys) :]


def read_quorum(options: argparse.Namespace) -> Quorum:
    """The witnesses that are asked for, and how many of them. Raises KeyRejected, OSError."""
    lines = [
        line
        for text in options.witness
        for line in (read(text).splitlines() if Path(text).is_file() else [text])
    ]
    witnesses = [Key.parse(line, COSIGNATURE) for line in lines if line.strip()]
    least = len({key.name for key in witnesses}) if options.least is None else options.least
    if not 0 <= least <= len({key.name for key in witnesses}) or (options.witness and not least):
        raise KeyRejected(f"--least {least}: of {len(witnesses)} witnesses that are given")
    return Quorum(witnesses, least)


def read_held(paths: Sequence[str]) -> dict[str, str]:
    """Checkpoints that were kept, by the names of their files."""
    return {path: read(path) for path in paths}


def read(path: str, most: int = _FILE_BYTES_AT_MOST) -> str:
    """The text of a file of at most so many bytes. Raises FileRejected, OSError."""
    file = Path(path)
    if file.stat().st_size > most:
        raise FileRejected(f"{path}: larger than {most} bytes")
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise FileRejected(f"{path}: no text in UTF-8") from None


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def add_keys(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--key",
        metavar="VKEY",
        action="append",
        required=True,
        help="公钥或其文件 / public key, or a file of keys",
    )
    command.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def add_witnesses(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--witness",
        metavar="VKEY",
        action="append",
        default=[],
        help="见证方公钥或其文件 / public key of a witness, or a file of such keys",
    )
    command.add_argument(
        "--least",
        metavar="N",
        type=int,
        help="至少几个见证方共签，默认为全部 / how many of them must have cosigned, by default all",
    )


def add_held(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--checkpoint",
        metavar="NOTE",
        action="append",
        default=[],
        help="所持检查点文件 / file of a checkpoint kept from earlier",
    )


def add_log(command: argparse.ArgumentParser) -> None:
    """Which log is read."""
    log = command.add_mutually_exclusive_group(required=True)
    log.add_argument(
        "--database",
        metavar="DATABASE",
        help="SQLite 文件，或 postgresql://…，只读 / SQLite file, or postgresql://…, only read",
    )
    log.add_argument(
        "--tiles",
        metavar="PLACE",
        help="导出的瓦片：目录或 http(s)://… / exported tiles: a folder, or http(s)://…",
    )
    add_token(command)


def add_token(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--token",
        metavar="FILE",
        help="审计方密钥文件，向该地址出示 / file of the auditor's key, which that address is shown",
    )


def open_named(options: argparse.Namespace) -> Log:
    """The log of `--database` or `--tiles`. Raises LedgerUnreadable, FileRejected, OSError."""
    if options.database:
        return open_ledger(options.database, with_rows=not getattr(options, "log_only", False))
    return open_tiles(options.tiles, _shown(options.token) if options.token else "")


def _shown(file: str) -> str:
    """The key in a file, which is not on the command line because others see that."""
    key = read(file, _TOKEN_BYTES_AT_MOST).strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise FileRejected(f"{file}: holds no key")
    return key
