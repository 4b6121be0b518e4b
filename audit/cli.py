"""The auditor's commands: results on stdout, one per line; talk and the progress bar on stderr.

Exit codes: 0 sound, 1 findings, 2 cannot run. Needs Python and the package `cryptography`, nothing else.
"""

import argparse
import io
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from itertools import chain
from pathlib import Path

from audit import asking, certifying, comparing, exporting
from audit.arguments import (
    CANNOT_RUN,
    FINDINGS,
    SOUND,
    FileRejected,
    add_command,
    add_held,
    add_keys,
    add_log,
    add_witnesses,
    open_named,
    read,
    read_held,
    read_keys,
    read_quorum,
)
from audit.bundle import is_bundle, verify_bundle
from audit.findings import Finding
from audit.notes import COSIGNATURE, ED25519, Key, KeyRejected, Signer
from audit.origins import FIRST_EPOCH, origin
from audit.report import (
    ProgressBar,
    bundle_json,
    bundle_lines,
    finding_json,
    say,
    show,
    show_json,
    summary_line,
    survey_json,
    verdict_json,
    verdict_lines,
)
from audit.signed import rejected
from audit.source import LedgerUnreadable
from audit.survey import Survey
from audit.verify import verify_cosigned, verify_disclosure, verify_proof
from audit.witnessed import Witnessed


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code: int = options.run(options)
    except (OSError, LedgerUnreadable, KeyRejected, FileRejected) as error:
        say(f"无法执行 / cannot run: {error}")
        return CANNOT_RUN
    return code


def verify(options: argparse.Namespace) -> int:
    keys, held = read_keys(options.key), read_held(options.checkpoint)
    bundles = [path for path in options.proof if is_bundle(path)]
    if bundles:
        return _verify_bundles(options, bundles, keys, held)
    quorum = read_quorum(options)
    verdicts = {path: verify_proof(path, read(path), keys, held) for path in options.proof}
    verdicts = {path: verify_cosigned(path, read(path), quorum, each) for path, each in verdicts.items()}
    if options.disclosure and len(verdicts) > 1:
        raise FileRejected("a disclosure belongs to one proof: name that one alone")
    for file in options.disclosure:
        verdicts = {path: verify_disclosure(file, read(file), each) for path, each in verdicts.items()}
    for path, verdict in verdicts.items():
        if options.json:
            show_json(verdict_json(path, verdict))
        else:
            show(verdict_lines(path, verdict))
    if any(verdict.findings for verdict in verdicts.values()):
        return FINDINGS
    apart = sorted({name for verdict in verdicts.values() for name in verdict.apart})
    for name in apart:
        say(f"{name}: 条数或纪元不同，单个证明无法与之比对，请用 fsck")
        say(f"{name}: over other entries or of another epoch, which one proof cannot tell: use fsck")
    return CANNOT_RUN if apart else SOUND


def _verify_bundles(
    options: argparse.Namespace, paths: Sequence[str], keys: Sequence[Key], held: Mapping[str, str]
) -> int:
    if len(paths) < len(options.proof) or options.disclosure:
        raise FileRejected("a bundle is verified apart from single proofs, and brings its disclosures")
    code = SOUND
    for path in paths:
        told = verify_bundle(Path(path), keys, held)
        if options.json:
            show_json(bundle_json(path, told))
        else:
            show(bundle_lines(path, told))
        code = FINDINGS if told.findings else code
        for name in told.seal.apart if told.seal else ():
            say(f"{name}: 条数或纪元不同，无法比对，请用 fsck / over other entries: use fsck")
            code = code or CANNOT_RUN
    return code


def fsck(options: argparse.Namespace) -> int:
    keys, held = read_keys(options.key), read_held(options.checkpoint)
    if not held:
        say("未提供先前的检查点：只能证明日志自洽，且与运行方所签一致")
        say(
            "no earlier checkpoint given: shows that the log agrees with itself and its operator's signatures"
        )
    bar, findings, quorum = ProgressBar(), [], read_quorum(options)
    with closing(open_named(options)) as ledger:
        if options.tiles and (unsigned := rejected(ledger, keys)):  # then nothing more of it is read
            return _told(options, unsigned)
        survey = Survey(ledger, keys, held, bar.draw)
        witnessed = Witnessed(ledger, survey.stored, survey.walk.roots, quorum)
        for finding in chain(survey.findings(), witnessed.findings()):
            findings.append(finding)
            if not options.json:
                bar.clear()
                show([str(finding)])
    bar.clear()
    notices, summary = survey.notices(), survey.summary()
    if options.json:
        told = survey_json(ledger.name, summary, findings=findings, notices=notices)
        show_json({**told, "witnessed_size": witnessed.size} if options.witness else told)
    else:
        show([*map(str, notices), summary_line(ledger.name, len(findings), summary)])
    if options.witness and not options.json:
        show([f"{ledger.name}: 见证至 {witnessed.size} 条 / witnessed up to {witnessed.size} entries"])
    return FINDINGS if findings else SOUND


def _told(options: argparse.Namespace, finding: Finding) -> int:
    if options.json:
        show_json({"file": options.tiles, "sound": False, "findings": [finding_json(finding)]})
    else:
        show([str(finding)])
    return FINDINGS


def create_key(options: argparse.Namespace) -> int:
    kind = COSIGNATURE if options.witness else ED25519
    show([Signer.create(Path(options.file), options.name, kind).vkey])
    return SOUND


def show_key(options: argparse.Namespace) -> int:
    signer = Signer.load(Path(options.file), options.name, COSIGNATURE if options.witness else ED25519)
    show([signer.under(origin(signer.name, options.epoch)).vkey])
    return SOUND


@cache
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit", description="核验存证 / verify the evidence")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = add_command(commands, "verify", verify, "核验存证证明或证据包 / verify proofs or bundles, offline")
    one.add_argument(
        "proof", metavar="PROOF", nargs="+",
        help="证明文件 / file of a proof (.tlog-proof); 证据包 / a bundle (.zip, or its folder)",
    )  # fmt: skip
    one.add_argument(
        "--disclosure", metavar="FILE", action="append", default=[],
        help="披露文件 / fields that are disclosed of what the entry commits to",
    )  # fmt: skip
    whole = add_command(
        commands, "fsck", fsck, "核验整个日志及其旁各表 / verify a whole log, and the tables beside it"
    )
    add_log(whole)
    whole.add_argument(
        "--log-only", action="store_true", help="不比对其旁各表 / without the tables beside the log"
    )
    for command in (one, whole):
        add_keys(command)
        add_held(command)
        add_witnesses(command)
    certifying.add_commands(commands)
    comparing.add_commands(commands)
    exporting.add_commands(commands)
    asking.add_commands(commands)
    create = add_command(commands, "create-key", create_key, "生成签名密钥 / make a signing key")
    create.add_argument("--name", required=True, help="日志名称 / name of the log, like gateway.example/log")
    shown = add_command(commands, "show-key", show_key, "显示公钥 / show the public key of a signing key")
    shown.add_argument("--name", help="PEM 密钥的名称 / name for a key in PEM")
    shown.add_argument(
        "--epoch",
        type=_epoch,
        default=FIRST_EPOCH,
        help="恢复备份后日志的纪元 / epoch of the log, after a restored backup",
    )
    for command in (create, shown):
        command.add_argument(
            "--witness", action="store_true", help="见证方密钥，用于共签 / of a witness, which cosigns"
        )
        command.add_argument("file", metavar="FILE", help="私钥文件 / file of the private key")
    return parser


def _epoch(text: str) -> int:
    if int(text) < FIRST_EPOCH:
        raise ValueError
    return int(text)
