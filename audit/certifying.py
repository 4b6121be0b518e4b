"""The commands of certificates: write one from a log, and check one against a log."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from audit.arguments import (
    FINDINGS,
    SOUND,
    FileRejected,
    add_command,
    add_keys,
    add_log,
    open_named,
    read,
    read_keys,
)
from audit.certificates import (
    CHARACTERS_AT_MOST,
    Certificate,
    CertificateUnreadable,
    Days,
    Reckoning,
    different,
    lines_of,
    read_certificate,
    write_certificate,
)
from audit.checkpoints import Checkpoint, read_checkpoint
from audit.completeness import Count, admitted_since
from audit.findings import Finding
from audit.ledger import Log
from audit.notes import Key, KeyRejected, NoteRejected, Signer, read_note
from audit.origins import split_origin
from audit.reading import NotCovered, newest
from audit.report import ProgressBar, finding_json, say, show, show_json
from audit.walk import Progress


class Unsound(Exception):
    """The entries are not those that were signed: nothing can be certified. findings: what is wrong."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(str(findings[0]))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate, unsigned, under the checkpoint that it holds."""

    text: str
    signed: Checkpoint
    reckoning: Reckoning


def certified(ledger: Log, keys: Sequence[Key], days: Days, progress: Progress) -> Made:
    """Certify the days under the newest checkpoint. Raises Unsound, NotCovered, KeyRejected, LedgerUnreadable."""
    note, signed = newest(ledger, keys)
    for position in admitted_since(ledger, signed, days, progress):
        raise NotCovered(f"entry {position} is of these days, and the newest checkpoint is before it")
    count = Count(ledger, signed, days, progress)
    findings = list(count.findings())
    if findings:
        raise Unsound(findings)
    return Made(write_certificate(count.reckoning, note), signed, count.reckoning)


def certificate(options: argparse.Namespace) -> int:
    keys, days, bar = read_keys(options.key), _days(options), ProgressBar()
    with closing(open_named(options)) as ledger:
        try:
            made = certified(ledger, keys, days, bar.draw)
        except Unsound as unsound:
            _tell(options, ledger.name, unsound.findings)
            return FINDINGS
        finally:
            bar.clear()
    with Path(options.into).open("x", encoding="utf-8", newline="") as file:  # what was certified stays
        file.write(_signed(made.text, options.sign, made.signed, keys) if options.sign else made.text)
    _tell(options, options.into, [], made.reckoning)
    return FINDINGS if made.reckoning.unlawful else SOUND


def verify_certificate(options: argparse.Namespace) -> int:
    keys = read_keys(options.key)
    text, path = read(options.certificate, CHARACTERS_AT_MOST), options.certificate
    try:
        stated = read_certificate(text)
        signed = read_checkpoint(stated.note, keys)
        if stated.signed:
            read_note(text, [key for key in keys if key.name == signed.origin], CHARACTERS_AT_MOST)
    except CertificateUnreadable as error:
        return _rejected(options, Finding(path, "certificate.unreadable", {"reason": str(error)}))
    except NoteRejected as error:
        return _rejected(options, Finding(path, "checkpoint.rejected", {"reason": str(error)}))
    if not stated.signed:
        say("证书未经签名：仅凭日志核对")
        say("the certificate is not signed: it is held against the log alone")
    return _held_against(options, stated, signed)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    made = add_command(commands, "certificate", certificate, "出具完整性证书 / certify completeness")
    add_log(made)
    made.add_argument("--day", type=date.fromisoformat, metavar="DAY", help="中国日期 / one day, in China")
    made.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="首日 / first day")
    made.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="末日 / last day")
    made.add_argument("--into", metavar="FILE", required=True, help="新文件 / a new file")
    made.add_argument("--sign", metavar="FILE", help="以日志私钥签名 / sign with the log's private key")
    held = add_command(commands, "verify-certificate", verify_certificate, "核验完整性证书 / check one")
    held.add_argument("certificate", metavar="CERTIFICATE", help="证书文件 / file of the certificate")
    add_log(held)
    for command in (made, held):
        add_keys(command)


def _held_against(options: argparse.Namespace, stated: Certificate, signed: Checkpoint) -> int:
    bar, path = ProgressBar(), options.certificate
    with closing(open_named(options)) as ledger:
        count = Count(ledger, signed, stated.days, bar.draw)
        findings = list(count.findings())
        if not findings:
            findings = [
                _difference(path, *each) for each in different(stated.lines, lines_of(count.reckoning))
            ]
            late = admitted_since(ledger, signed, stated.days, bar.draw)
            findings += [Finding(f"entry {position}", "certificate.late") for position in late]
    bar.clear()
    _tell(options, path, findings, count.reckoning)
    return FINDINGS if findings else SOUND


def _difference(path: str, number: int | None, line: str) -> Finding:
    if number is None:
        return Finding(path, "certificate.lacks", {"line": line})
    return Finding(f"{path}:{number}", "certificate.differs", {"line": line})


def _rejected(options: argparse.Namespace, finding: Finding) -> int:
    _tell(options, options.certificate, [finding])
    return FINDINGS


def _days(options: argparse.Namespace) -> Days:
    first, last = options.day or options.first, options.day or options.last
    if first is None or last is None or (options.day and (options.first or options.last)):
        raise FileRejected("either --day, or --from and --to")
    try:
        return Days(first, last)
    except ValueError as error:
        raise FileRejected(str(error)) from error


def _signed(text: str, file: str, signed: Checkpoint, keys: Sequence[Key]) -> str:
    """The certificate with the signature of the log's own key, under the origin of its checkpoint."""
    signer = Signer.load(Path(file), split_origin(signed.origin)[0]).under(signed.origin)
    if signer.key not in keys:
        raise KeyRejected(f"{file} is not the private key of {signed.origin}")
    return signer.sign(text)


def _tell(
    options: argparse.Namespace, path: str, findings: Sequence[Finding], told: Reckoning | None = None
) -> None:
    if options.json:
        counts = {name: told.total(name) for name in ("admitted", "open", "unlawful")} if told else {}
        show_json({"file": path, "sound": not findings, "findings": [*map(finding_json, findings)], **counts})
        return
    show([*map(str, findings)])
    if told and not findings:
        show([
            f"{path}: 成立 / sound: {told.days.first} – {told.days.last}, "
            f"{told.total('admitted')} 交换 / exchanges, {told.total('open')} 未终结 / open, "
            f"{told.total('unlawful')} 次序不合 / unlawful"
            + (f", {len(told.lost)} 次丢失 / times entries were lost" if told.lost else "")
        ])  # fmt: skip
