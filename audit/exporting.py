"""The command `export`: a log into a folder of tiles, from its database or from where its tiles are served."""

import argparse
from contextlib import closing
from pathlib import Path

from audit.arguments import SOUND, add_command, add_keys, add_log, add_token, open_named, read_keys
from audit.export import Export
from audit.reading import newest, with_cosignatures
from audit.report import ProgressBar, show, show_json


def export(options: argparse.Namespace) -> int:
    keys, folder, bar = read_keys(options.key), Path(options.into), ProgressBar()
    with closing(open_named(options)) as log:
        note, signed = newest(log, keys)
        folder.mkdir(parents=True, exist_ok=True)
        exported = Export(log, folder, keys, bar.draw)
        exported.run(with_cosignatures(log, note, signed), signed)
        log.check_undisturbed()
    bar.clear()
    if options.json:
        root = signed.root.hex()
        told = {"origin": signed.origin, "size": signed.size, "root": root, "written": exported.written}
        show_json({"file": options.into, **told})
    else:
        show([
            f"{options.into}: {signed.origin} {signed.size} 条 / entries, "
            f"写入 {exported.written} 个文件 / {exported.written} files written"
        ])  # fmt: skip
    return SOUND


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
