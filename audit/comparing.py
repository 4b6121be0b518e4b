"""The command `compare`: two evidences of one log, or the logs of two provinces."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from audit.across import Across
from audit.arguments import FINDINGS, SOUND, add_command, add_keys, read, read_keys
from audit.compare import Kept, Logs
from audit.findings import Finding
from audit.notes import Key
from audit.reading import Reading, newest
from audit.report import ProgressBar, finding_json, say, show, show_json
from audit.tilefiles import TILES
from audit.tilelog import open_log


def compare(options: argparse.Namespace) -> int:
    keys = read_keys(options.key)
    if options.platform:
        findings, told = _across(options, keys)
    elif Path(options.other).is_dir() and not (Path(options.other) / TILES).is_dir():
        findings, told = _kept(options, keys)
    else:
        findings, told = _logs(options, keys)
    path = f"{options.one} ~ {options.other}"
    if options.json:
        shown = {"file": path, "sound": not findings, "findings": [*map(finding_json, findings)]}
        show_json({**shown, "compared": told})
    else:
        show([*map(str, findings)])
        if not findings:
            show([f"{path}: 一致 / no difference: {told}"])
    return FINDINGS if findings else SOUND


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = add_command(
        commands, "compare", compare, "比对两份存证 / hold two evidences against each other"
    )
    command.add_argument(
        "one", metavar="LOG", help="数据库，或瓦片的目录或地址 / database, or folder or address of tiles"
    )
    command.add_argument(
        "other", metavar="OTHER",
        help="同上，或存有检查点与证明的目录 / the same, or a folder of kept checkpoints and proofs",
    )  # fmt: skip
    command.add_argument(
        "--platform", metavar="NAME",
        help="两省日志：前者对后者的称呼 / logs of two provinces: what the first calls the other",
    )  # fmt: skip
    add_keys(command)


def _logs(options: argparse.Namespace, keys: Sequence[Key]) -> tuple[list[Finding], str]:
    bar = ProgressBar()
    with closing(open_log(options.one)) as one, closing(open_log(options.other)) as other:
        logs = Logs(one, other, keys, bar.draw)
        findings = list(logs.findings())
    bar.clear()
    return findings, f"{logs.agreed} 条 / entries"


def _kept(options: argparse.Namespace, keys: Sequence[Key]) -> tuple[list[Finding], str]:
    files = [file for file in sorted(Path(options.other).iterdir()) if file.is_file()]
    bar, texts = ProgressBar(), {str(file): read(str(file)) for file in files}
    with closing(open_log(options.one)) as ledger:
        kept = Kept(ledger, texts, keys, bar.draw)
        findings = list(kept.findings())
    bar.clear()
    for name in kept.skipped:
        say(f"{name}: 既非检查点也非证明 / neither checkpoint nor proof")
    return findings, f"{kept.fitting} 检查点与证明 / checkpoints and proofs"


def _across(options: argparse.Namespace, keys: Sequence[Key]) -> tuple[list[Finding], str]:
    bar = ProgressBar()
    with closing(open_log(options.one)) as one, closing(open_log(options.other)) as other:
        readings = [Reading(each, newest(each, keys)[1], bar.draw) for each in (one, other)]
        across = Across(readings[0], readings[1], options.platform)
        findings = list(across.findings())
    bar.clear()
    return findings, f"{across.compared} 交换 / exchanges"
