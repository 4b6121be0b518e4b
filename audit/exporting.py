"""The command `export`: a log into a folder of tiles, from its database or from where its tiles are served."""

import argparse
from contextlib import closing
from pathlib import Path

from audit.arguments import SOUND, add_command, add_keys, add_log, open_named, read_keys
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


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "导出瓦片，可由任何网站服务器提供 / write tiles that any web server can serve"
    command = add_command(commands, "export", export, text)
    add_log(command)
    command.add_argument(
        "--into", metavar="FOLDER", required=True, help="目录，可续写 / a folder, gone on with"
    )
    add_keys(command)
