"""The command `export`: a log into a folder of tiles, from its database or from where its tiles are served."""

import argparse
import time
from contextlib import closing
from pathlib import Path

from audit.arguments import (
    SOUND,
    add_command,
    add_keys,
    add_log,
    add_token,
    add_witnesses,
    open_named,
    read_keys,
    read_quorum,
)
from audit.export import Export
from audit.reading import Published, preferred
from audit.report import ProgressBar, say, show, show_json

_ASKED_AGAIN_S = 0.5
_WAIT_S = 10.0  # a witness is asked within a second of a checkpoint, and answers in another


def export(options: argparse.Namespace) -> int:
    keys, folder, bar, quorum = (
        read_keys(options.key),
        Path(options.into),
        ProgressBar(),
        read_quorum(options),
    )
    wait_until_s = time.monotonic() + options.wait
    while True:
        with closing(open_named(options)) as log:
            exported = Export(log, folder, keys, bar.draw)
            before = exported.published()
            found = preferred(log, keys, quorum, before.size if before else 0)
            if quorum.least and not found.cosigned and time.monotonic() < wait_until_s:
                time.sleep(_ASKED_AGAIN_S)
                continue
            _say_how_far(found, asked=bool(quorum.least))
            folder.mkdir(parents=True, exist_ok=True)
            exported.run(found.note, found.signed)
            log.check_undisturbed()
            break
    bar.clear()
    signed = found.signed
    if options.json:
        root = signed.root.hex()
        told = {
            "origin": signed.origin, "size": signed.size, "root": root, "written": exported.written,
            "cosigned": found.cosigned,
        }  # fmt: skip
        show_json({"file": options.into, **told})
    else:
        show([
            f"{options.into}: {signed.origin} {signed.size} 条 / entries, "
            f"写入 {exported.written} 个文件 / {exported.written} files written"
        ])  # fmt: skip
    return SOUND


def _say_how_far(found: Published, *, asked: bool) -> None:
    """What is not as whoever asks for witnesses would have it."""
    size = found.signed.size
    if found.cosigned and size < found.newest:
        say(f"取已共签的 {size} 条；其后 {found.newest - size} 条尚未共签")
        say(f"up to {size} entries, which are cosigned; {found.newest - size} after them are not yet")
    elif asked and not found.cosigned:
        say(f"所列见证方未共签：仍取至 {size} 条")
        say(f"not cosigned by the witnesses that are asked for: taken up to {size} entries all the same")


def pull(options: argparse.Namespace) -> int:
    """`export` from an address: what an auditor does who has that and a key, and needs nobody else."""
    options.database, options.tiles = None, options.address
    return export(options)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "导出瓦片，可由任何网站服务器提供 / write tiles that any web server can serve"
    command = add_command(commands, "export", export, text)
    add_log(command)
    command.add_argument(
        "--into", metavar="FOLDER", required=True, help="目录，可续写 / a folder, gone on with"
    )
    add_keys(command)
    text = "拉取日志副本，可续拉 / get a copy of a log, gone on with where the last run ended"
    pulled = add_command(commands, "pull", pull, text)
    pulled.add_argument("address", metavar="ADDRESS", help="http(s)://…，如网关的 /log / of a gateway: …/log")
    pulled.add_argument("--into", metavar="FOLDER", required=True, help="目录 / a folder")
    add_token(pulled)
    add_keys(pulled)
    for each in (command, pulled):
        add_witnesses(each)
        each.add_argument(
            "--wait", metavar="SECONDS", type=float, default=_WAIT_S,
            help="等待见证方共签的秒数，默认 10 / how long to wait for the witnesses, by default 10",
        )  # fmt: skip
