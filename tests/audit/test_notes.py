"""Notes and checkpoints are those of C2SP: what Go signs we accept, what Go refuses we refuse."""

import stat
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from audit.checkpoints import Checkpoint, parse_checkpoint, read_checkpoint
from audit.notes import Key, KeyRejected, NoteRejected, Signer, read_note

# The example in the documentation of golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The key of the checksum database of Go, pinned in every toolchain.
SUM_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


@pytest.fixture
def peter(tmp_path):
    path = tmp_path / "peter"
    path.write_text(GO_SKEY + "\n")
    return Signer.load(path)


@pytest.mark.parametrize("vkey", [GO_VKEY, SUM_VKEY])
def test_published_keys_are_read_and_written_back(vkey):
    assert Key.parse(vkey).vkey == vkey


def test_the_note_of_go_is_signed_byte_for_byte(peter):
    assert peter.vkey == GO_VKEY
    assert peter.sign(GO_TEXT) == GO_NOTE


def test_the_note_of_go_is_accepted():
    assert read_note(GO_NOTE, [Key.parse(SUM_VKEY), Key.parse(GO_VKEY)]) == GO_TEXT


def test_no_piece_of_a_key_is_a_key():
    for start in range(len(GO_VKEY)):
        for end in range(start + 1, len(GO_VKEY) + 1):
            if (start, end) != (0, len(GO_VKEY)):
                with pytest.raises(KeyRejected):
                    Key.parse(GO_VKEY[start:end])


def test_no_letter_of_a_key_may_change():
    for place in range(len(GO_VKEY)):
        changed = GO_VKEY[:place] + chr(ord(GO_VKEY[place]) + 1) + GO_VKEY[place + 1 :]
        with pytest.raises(KeyRejected):
            Key.parse(changed)


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long, own id
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # unknown algorithm, own id
        GO_SKEY,
        "",
    ],
)
def test_a_key_of_another_kind_is_refused(vkey):
    with pytest.raises(KeyRejected):
        Key.parse(vkey)


def test_the_text_of_a_note_cannot_be_changed():
    keys = [Key.parse(GO_VKEY)]
    for place in range(len(GO_TEXT)):
        changed = GO_NOTE[:place] + chr(ord(GO_NOTE[place]) ^ 1) + GO_NOTE[place + 1 :]
        with pytest.raises(NoteRejected):
            read_note(changed, keys)


def test_unknown_signatures_are_skipped_and_known_ones_must_hold(peter, signer):
    stranger = signer.sign(GO_TEXT).removeprefix(GO_TEXT + "\n")
    assert read_note(GO_NOTE + stranger, [peter.key]) == GO_TEXT
    with pytest.raises(NoteRejected, match="none of the given keys"):
        read_note(GO_TEXT + "\n" + stranger, [peter.key])
    forged = f"— PeterNeumann {b64encode(peter.key.id + bytes(64)).decode()}\n"
    for lines in (forged + stranger, stranger + forged):
        with pytest.raises(NoteRejected, match="PeterNeumann does not hold"):
            read_note(f"{GO_TEXT}\n{lines}", [peter.key, signer.key])


@pytest.mark.parametrize(
    "note",
    [
        "",
        GO_TEXT,
        GO_NOTE[:-1],  # no newline at the end
        GO_NOTE.replace("\n\n", "\n"),  # no empty line
        GO_NOTE.replace("— ", "- "),
        GO_NOTE.replace("— ", "—  "),
        GO_NOTE.replace("x08go", "x08g\to"),
        GO_NOTE.replace("nAM=", "nAN="),  # bits behind the end of the base64
        GO_NOTE.replace("nAM=", "nAM"),
        GO_NOTE + "\n",
        GO_NOTE.replace("\n", "\r\n"),
        GO_NOTE.replace("If", "\ud83d"),
        GO_NOTE + "— x AAAA\n",  # a signature without any
        "x" * 1_000_001,
    ],
)
def test_what_is_not_written_as_a_note_is_refused(note):
    with pytest.raises(NoteRejected):
        read_note(note, [Key.parse(GO_VKEY)])


def test_a_text_without_a_newline_at_its_end_is_not_signed(signer):
    with pytest.raises(ValueError, match="newline"):
        signer.sign("text")


def test_a_new_key_is_readable_by_its_owner_only_and_never_overwritten(tmp_path):
    path = tmp_path / "key"
    signer = Signer.create(path, "gateway.example/log")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Signer.load(path).vkey == signer.vkey
    with pytest.raises(FileExistsError):
        Signer.create(path, "gateway.example/log")
    assert Signer.load(path).vkey == signer.vkey


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x00b"])
def test_a_name_that_notes_cannot_carry_is_refused(tmp_path, name):
    with pytest.raises(KeyRejected):
        Signer.create(tmp_path / "key", name)
    assert not (tmp_path / "key").exists()


def test_a_private_key_shows_itself_nowhere(peter):
    seed = GO_SKEY.rsplit("+", 1)[-1]
    assert seed not in repr(peter)
    assert "Private" not in repr(peter)


def test_a_key_in_pem_is_loaded_under_a_name(tmp_path):
    private = Ed25519PrivateKey.generate()
    path = tmp_path / "key.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    signer = Signer.load(path, "gateway.example/log")
    assert signer.key.public == private.public_key().public_bytes_raw()
    with pytest.raises(KeyRejected, match="name"):
        Signer.load(path)


def test_files_that_hold_no_such_key_are_refused(tmp_path):
    curve = generate_private_key(SECP256R1())
    wrong_id = GO_SKEY.replace("c74f20a3", "c74f20a4")
    for text in (
        "",
        "-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----",
        wrong_id,
        curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    ):
        (tmp_path / "key").write_text(text)
        with pytest.raises(KeyRejected):
            Signer.load(tmp_path / "key", "name")


def test_a_checkpoint_is_written_as_three_lines_and_read_back(signer):
    checkpoint = Checkpoint(signer.name, 17, bytes(32))
    assert checkpoint.text == f"gateway.example/log\n17\n{b64encode(bytes(32)).decode()}\n"
    note = signer.sign(checkpoint.text)
    assert read_checkpoint(note, [signer.key]) == parse_checkpoint(note) == checkpoint


def test_a_checkpoint_may_have_further_lines(signer):
    checkpoint = Checkpoint(signer.name, 17, bytes(32))
    assert read_checkpoint(signer.sign(checkpoint.text + "more\n"), [signer.key]) == checkpoint


def test_a_checkpoint_of_another_log_is_refused_though_its_signature_holds(signer):
    note = signer.sign(Checkpoint("other.example/log", 17, bytes(32)).text)
    with pytest.raises(NoteRejected, match="another log"):
        read_checkpoint(note, [signer.key])


ROOT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n",
        f"\n17\n{ROOT}\n",
        f"log\n017\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n",
        f"log\n１７\n{ROOT}\n",
        f"log\n{'9' * 20}\n{ROOT}\n",
        "log\n17\nAAAA\n",
        "log\n17\n!\n",
    ],
)
def test_what_is_not_written_as_a_checkpoint_is_refused(text):
    with pytest.raises(NoteRejected):
        parse_checkpoint(text)
