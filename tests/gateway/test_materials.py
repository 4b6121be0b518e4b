"""Files at rest: what is read back is what was written, and nothing that was moved, cut or changed is read."""

import os
import random
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.errors import MaterialMissing
from gateway.file_kinds import TESTS, is_of
from gateway.materials.folder import COMING, MaterialFolder
from gateway.materials.parts import PartFile, opened
from gateway.materials.sealed import MAGIC, PIECE_BYTES, Lock, SealedFile
from gateway.store.uploads import Part
from gateway.store.vault import SEAL_BYTES, Vault

VAULT = Vault([bytes(range(32))], bytes(32))
KEY = VAULT.new_key("01M7ZWW09ZPQ7B0S6E9J3J6T4K")
LOCK = Lock(VAULT, KEY, "material/f1")
SIZES = (1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, 3 * PIECE_BYTES + 7)


def content_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def cut(content: bytes, *places: int) -> Iterator[bytes]:
    for start, end in pairwise((0, *sorted(places), len(content))):
        yield content[start:end]


@pytest.fixture
def folder(tmp_path: Path) -> MaterialFolder:
    return MaterialFolder(tmp_path / "materials")


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_read_as_it_was_written_whatever_its_size(folder: MaterialFolder, size: int) -> None:
    content = content_of(size)
    digest, stored = folder.keep(LOCK, "x", cut(content, size // 3, size // 2))
    file = folder.open(LOCK, digest)
    assert isinstance(file, SealedFile)
    assert (file.size, file.read(0, size), b"".join(file.pieces())) == (size, content, content)
    assert stored == len(MAGIC) + size + -(-size // PIECE_BYTES) * SEAL_BYTES
    assert folder.path(digest).stat().st_size == stored
    assert content[:20] not in folder.path(digest).read_bytes() or size < 20
    assert not list((folder.path(digest).parents[1] / COMING).iterdir())


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 700_000), size=st.integers(0, 700_000))
def test_any_stretch_is_that_of_the_content(folder: MaterialFolder, start: int, size: int) -> None:
    content = content_of(3 * PIECE_BYTES + 7)
    digest, _ = folder.keep(LOCK, "x", (content,))
    file = folder.open(LOCK, digest)
    assert isinstance(file, SealedFile)
    assert file.read(start, size) == content[start : start + size]


def test_pieces_cannot_be_moved_changed_or_cut_off(folder: MaterialFolder) -> None:
    content = content_of(3 * PIECE_BYTES + 7)
    digest, _ = folder.keep(LOCK, "x", (content,))
    path, sealed = folder.path(digest), PIECE_BYTES + SEAL_BYTES
    whole = path.read_bytes()
    pieces = [whole[at : at + sealed] for at in range(len(MAGIC), len(whole), sealed)]
    harms = {
        "swapped": [pieces[1], pieces[0], *pieces[2:]],
        "cut off": pieces[:-1],
        "changed": [pieces[0], pieces[1][:-1] + b"!", *pieces[2:]],
        "doubled": [*pieces, pieces[-1]],
    }
    file = folder.open(LOCK, digest)
    assert isinstance(file, SealedFile)
    for harm, told in harms.items():
        path.write_bytes(MAGIC + b"".join(told))
        with pytest.raises(MaterialMissing):
            folder.open(LOCK, digest)
        with pytest.raises(MaterialMissing):  # changed after it was looked at
            b"".join(file.pieces())
            raise AssertionError(harm)


def test_another_key_or_another_name_opens_nothing(folder: MaterialFolder) -> None:
    digest, _ = folder.keep(LOCK, "x", (b"content",))
    for lock in (Lock(VAULT, KEY, "material/f2"), Lock(VAULT, VAULT.new_key("x"), "material/f1")):
        file = folder.open(lock, digest)
        assert isinstance(file, SealedFile)
        with pytest.raises(MaterialMissing):
            file.read(0, 7)


def test_a_file_of_the_first_version_in_one_piece_is_still_read(
    folder: MaterialFolder, tmp_path: Path
) -> None:

    sealed = VAULT.seal(KEY, LOCK.name, b"as it was written before")
    digest = sha256(sealed).hexdigest()
    folder.path(digest).parent.mkdir(parents=True)
    folder.path(digest).write_bytes(sealed)
    assert folder.open(LOCK, digest) == b"as it was written before"


def test_a_content_that_breaks_off_leaves_nothing(folder: MaterialFolder) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(PIECE_BYTES * 2)
        raise OSError

    with pytest.raises(OSError):
        folder.keep(LOCK, "x", broken())
    assert not list(folder.coming.iterdir())


def test_of_a_part_only_what_a_row_speaks_of_counts(folder: MaterialFolder) -> None:
    path = folder.coming / "01M7ZWW09ZPQ7B0S6E9J3J6T4K.1"
    file = PartFile(path, LOCK)
    for piece in (b"one", b"two"):
        file.write(piece)
    file.sync()
    part = Part(1, file.received, file.stored)
    file.write(b"three")
    file.close()
    path.write_bytes(path.read_bytes()[:-3])  # and the last of it did not reach the disk
    assert b"".join(opened(path, LOCK, part)) == b"onetwo"
    path.write_bytes(path.read_bytes().replace(path.read_bytes()[20:24], b"!!!!"))
    with pytest.raises(MaterialMissing):
        b"".join(opened(path, LOCK, part))


SAMPLES = {
    "application/pdf": b"\n%PDF-1.7 ...",
    "application/ofd": b"PK\x03\x04....",
    "image/png": b"\x89PNG\r\n\x1a\n....",
    "image/jpeg": b"\xff\xd8\xff\xe0....",
    "application/msword": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....",
    "text/plain": "身份证复印件".encode("gbk"),
    "application/xml": b"\xef\xbb\xbf<?xml version='1.0'?>",
    "application/json": b" {}",
    "image/webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "video/mp4": b"\0\0\0\x18ftypmp42",
}


@pytest.mark.parametrize("media_type", SAMPLES)
def test_a_file_begins_as_its_type_does(media_type: str) -> None:
    assert is_of(media_type, SAMPLES[media_type])
    assert not is_of(media_type, b"MZ\x90\0\3\0\0\0")


def test_a_program_is_of_none_of_the_known_types() -> None:
    for program in (b"MZ\x90\0\3\0%PDF-1.7", b"\x7fELF\2\1\1\0%PDF-1.7"):
        assert [each for each in TESTS if is_of(each, program)] == []


def test_a_text_may_end_in_the_middle_of_a_character() -> None:
    head = ("中" * 2000).encode()[:4096]
    assert is_of("text/plain", head)


def test_only_what_is_old_by_the_clock_of_the_disk_is_listed(folder: MaterialFolder) -> None:
    old, _ = folder.keep(LOCK, "x", (b"old",))
    new, _ = folder.keep(LOCK, "y", (b"new",))
    os.utime(folder.path(old), (1, 1))
    before_ms = folder.now_ms() - 3_600_000
    assert folder.old(old[:2], before_ms) == [old]
    assert new not in folder.old(new[:2], before_ms)
    assert folder.old("ff" if old[:2] != "ff" else "fe", before_ms) == []
