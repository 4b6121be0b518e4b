"""Evidence bundles (证据包): entries of one case with their proofs, disclosed fields and a report, in one file.

A bundle is a folder, or a zip of it in one exact form. `manifest.txt` holds the digest of every file, and
`manifest.tlog-proof` proves the entry `bundle.made` that holds the manifest's: so whatever is changed is found,
down to the report's last full stop. docs/evidence.md, Bundle, says it byte by byte. Nothing here writes a log.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from audit.findings import Finding
from audit.notes import Key
from audit.records import Record
from audit.tree import ProofRejected, check_consistency
from audit.verify import Verdict, verify_disclosure, verify_proof

HEADER = "tongban-bundle@v1"
MANIFEST, SEAL, GROWTH = "manifest.txt", "manifest.tlog-proof", "manifest.consistency"
BYTES_AT_MOST = 256 * 1024 * 1024
FILES_AT_MOST = 20_000
MADE = "bundle.made"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)?")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_PROOF = re.compile(r"proofs/([0-9]+)\.tlog-proof")
_DISCLOSURE = re.compile(r"disclosures/([0-9]+)\.disclosure")
_OUTSIDE = (MANIFEST, SEAL, GROWTH)
_WRITTEN = (1980, 1, 1, 0, 0, 0)


class BundleUnreadable(ValueError):
    """The file is neither a zip nor a folder of a bundle, or holds more than one may."""


@dataclass(slots=True)
class Told:
    """What a bundle shows. verdicts: by the names of its proofs. case: whose it is, as the log says."""

    findings: list[Finding] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    seal: Verdict | None = None

    @property
    def case(self) -> str | None:
        return self.seal.record.text("case") if self.seal and self.seal.record else None


def manifest(files: Mapping[str, bytes]) -> bytes:
    """The digests of all files but those that come with the manifest itself, by name."""
    lines = [
        f"{sha256(content).hexdigest()}  {name}"
        for name, content in sorted(files.items())
        if name not in _OUTSIDE
    ]
    return "\n".join([HEADER, *lines, ""]).encode()


def pack(files: Mapping[str, bytes]) -> bytes:
    """The zip of a bundle: stored, sorted, without times, so that one content has one sequence of bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _WRITTEN)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            made.writestr(entry, files[name])
    return packed.getvalue()


def unpack(path: Path) -> tuple[dict[str, bytes], bool]:
    """(its files, whether the zip is in its one form; a folder always is). Raises BundleUnreadable, OSError."""
    if path.is_dir():
        return dict(_folder(path)), True
    if path.stat().st_size > BYTES_AT_MOST:
        raise BundleUnreadable(f"larger than {BYTES_AT_MOST} bytes")
    raw = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as opened:
            files = dict(_zipped(opened))
    except BundleUnreadable:
        raise
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, RuntimeError) as error:
        raise BundleUnreadable("no zip, or a part of it was altered") from error
    return files, pack(files) == raw


def is_bundle(path: str) -> bool:
    """Whether a file that is to be verified is a bundle, and not a single proof."""
    return Path(path).is_dir() or path.endswith(".zip")


def verify_bundle(path: Path, keys: Sequence[Key], held: Mapping[str, str]) -> Told:
    """Everything in a bundle. Raises OSError."""
    try:
        files, exact = unpack(path)
    except BundleUnreadable as error:
        return Told([Finding(str(path), "evidence.unreadable", {"reason": str(error)})])
    told = Told()
    if not exact:
        told.findings.append(Finding(str(path), "evidence.container"))
    told.findings += _against_manifest(files)
    told.findings += _sealed(told, files, keys, held)
    for name in sorted(each for each in files if _PROOF.fullmatch(each)):
        told.findings += _proof(told, files, name, keys)
    told.findings += _lonely(files)
    told.findings += _grown(told, files)
    return told


def _against_manifest(files: Mapping[str, bytes]) -> Iterator[Finding]:
    header, *lines = files.get(MANIFEST, b"").decode("utf-8", "replace").split("\n")
    if header != HEADER or lines[-1:] != [""]:
        yield Finding(MANIFEST, "evidence.manifest")
        return
    due: dict[str, str] = {}
    for line in lines[:-1]:
        said = _LINE.fullmatch(line)
        if said is None:
            yield Finding(MANIFEST, "evidence.manifest")
            return
        due[said[2]] = said[1]
    for name, digest in due.items():
        if name not in files:
            yield Finding(name, "evidence.missing")
        elif sha256(files[name]).hexdigest() != digest:
            yield Finding(name, "evidence.changed")
    yield from (Finding(name, "evidence.extra") for name in sorted(files) if name not in {*due, *_OUTSIDE})


def _sealed(
    told: Told, files: Mapping[str, bytes], keys: Sequence[Key], held: Mapping[str, str]
) -> Iterator[Finding]:
    """The manifest's digest stands in the log, in an entry that says what was made."""
    if SEAL not in files:
        yield Finding(SEAL, "evidence.missing")
        return
    told.seal = verdict = verify_proof(SEAL, files[SEAL].decode("utf-8", "replace"), keys, held)
    yield from verdict.findings
    if verdict.record is None:
        return
    digest = sha256(files.get(MANIFEST, b"")).hexdigest()
    if verdict.record.kind != MADE or verdict.record.text("manifest") != digest:
        yield Finding(MANIFEST, "evidence.unsealed")


def _proof(told: Told, files: Mapping[str, bytes], name: str, keys: Sequence[Key]) -> Iterator[Finding]:
    position = _PROOF.fullmatch(name)
    verdict = verify_proof(name, files[name].decode("utf-8", "replace"), keys, {})
    number = position[1] if position else ""
    shown = f"disclosures/{number}.disclosure"
    if shown in files:
        verdict = verify_disclosure(shown, files[shown].decode("utf-8", "replace"), verdict)
    told.verdicts[name] = verdict
    yield from verdict.findings
    if verdict.record and number != str(verdict.position):
        yield Finding(name, "evidence.position", {"position": verdict.position or 0})
    if verdict.record and told.case and not _is_of(verdict.record, told.case):
        yield Finding(name, "evidence.foreign", {"case": told.case})


def _is_of(record: Record, case: str) -> bool:
    return record.text("case") == case


def _lonely(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Disclosed fields of which the proof is not there."""
    for name in sorted(files):
        said = _DISCLOSURE.fullmatch(name)
        if said and f"proofs/{said[1]}.tlog-proof" not in files:
            yield Finding(f"proofs/{said[1]}.tlog-proof", "evidence.missing")


def _grown(told: Told, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """The log that holds the manifest's entry begins with the one under which the proofs stand."""
    signed = [each.checkpoint for each in told.verdicts.values() if each.checkpoint]
    if not signed or told.seal is None or told.seal.checkpoint is None:
        return
    first, last = signed[0], told.seal.checkpoint
    for name, verdict in told.verdicts.items():
        if verdict.checkpoint and verdict.checkpoint != first:
            yield Finding(name, "evidence.apart")
    lines = files.get(GROWTH, b"").decode("ascii", "replace").splitlines()
    try:
        if first.origin != last.origin:
            raise ProofRejected("of another log or epoch")
        hashes = [bytes.fromhex(line) for line in lines]
        if [each.hex() for each in hashes] != lines or files[GROWTH] != growth(hashes):
            raise ProofRejected("not written as it is")
        check_consistency(first.size, first.root, last.size, last.root, hashes)
    except (ProofRejected, ValueError, KeyError):
        yield Finding(GROWTH, "evidence.growth", {"first": first.size, "last": last.size})


def growth(hashes: Sequence[bytes]) -> bytes:
    """The file of a consistency proof (RFC 9162 section 2.1.4): its hashes, one in hexadecimal on each line."""
    return "".join(f"{each.hex()}\n" for each in hashes).encode()


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    for count, each in enumerate(sorted(path.rglob("*"))):
        if each.is_symlink() or (not each.is_file() and not each.is_dir()) or count > FILES_AT_MOST:
            raise BundleUnreadable(f"{each.name}: no plain file, or more than {FILES_AT_MOST} of them")
        if each.is_file():
            total += each.stat().st_size
            if total > BYTES_AT_MOST:
                raise BundleUnreadable(f"larger than {BYTES_AT_MOST} bytes")
            yield each.relative_to(path).as_posix(), each.read_bytes()


def _zipped(opened: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries, seen = opened.infolist(), set[str]()
    if len(entries) > FILES_AT_MOST or sum(each.file_size for each in entries) > BYTES_AT_MOST:
        raise BundleUnreadable(f"more than {FILES_AT_MOST} files or {BYTES_AT_MOST} bytes")
    for each in entries:
        if not _NAME.fullmatch(each.filename) or each.filename in seen:
            raise BundleUnreadable("a name that none of its files has, or one that stands twice")
        seen.add(each.filename)
        if each.compress_type != zipfile.ZIP_STORED:
            raise BundleUnreadable("a file that is compressed")
        yield each.filename, opened.read(each)
