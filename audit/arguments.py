"""What the commands share: exit codes, and what an auditor brings (keys, checkpoints) read from arguments."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from audit.ledger import Log, open_ledger
from audit.notes import Key, KeyRejected
from audit.tilelog import open_tiles

SOUND, FINDINGS, CANNOT_RUN = 0, 1, 2
_FILE_BYTES_AT_MOST = 4_000_000


class FileRejected(ValueError):
    """A file that was named is too large for what it should hold, or is no text."""


def read_keys(texts: Sequence[str]) -> list[Key]:
    """Keys as given, or from files; a file holds one key per line. Raises KeyRejected, OSError."""
    lines = [line for text in texts for line in (read(text).splitlines() if Path(text).is_file() else [text])]
    keys = [Key.parse(line) for line in lines if line.strip()]
    if not keys:
        raise KeyRejected("the file of keys is empty")
    return keys


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


def open_named(options: argparse.Namespace) -> Log:
    """The log of `--database` or `--tiles`. Raises LedgerUnreadable."""
    if options.tiles:
        return open_tiles(options.tiles)
    return open_ledger(options.database, with_rows=not getattr(options, "log_only", False))
