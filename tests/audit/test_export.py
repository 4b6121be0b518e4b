"""A log is exported as tiles that any web server can serve, and read from there by whoever has its key."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from audit import tree
from audit.checkpoints import read_checkpoint
from audit.cli import CANNOT_RUN, FINDINGS, SOUND, main
from audit.cosignatures import cosign
from audit.entries import Entry
from audit.export import Export
from audit.ledger import open_ledger
from audit.notes import COSIGNATURE, Signer
from audit.origins import origin
from audit.tilefiles import bundle_path, read_bundle, tile_path, write_bundle
from audit.tilelog import open_tiles
from tests.audit.conftest import START_MS

COUNT = 66_000  # two levels of full tiles: 257 bundles and one of 208


def entries(first: int, end: int) -> list[Entry]:
    return [
        Entry("release.activated", START_MS + number, {"release": f"{number}"})
        for number in range(first, end)
    ]


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Signer.create(tmp_path_factory.mktemp("export") / "log.key", "gateway.example/log")


@pytest.fixture
def grown(open_log, signer, database):
    """`grown(700)`: a signed log of so many entries; the same one, if asked again, has grown."""
    store = open_log(database=database)
    sizes = [0]

    def to(size):
        while sizes[0] < size:
            end = min(size, sizes[0] + 100)
            store.append(*entries(sizes[0], end))
            sizes[0] = end
        store.checkpoint(signer)
        return store

    return to


@pytest.fixture
def run(signer, capsys):
    """Run a command with the log's key and --json: exit code, and what it says."""

    def command(*words, key=None):
        code = main([*map(str, words), "--key", key or signer.vkey, "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else {}

    return command


@pytest.fixture
def found(run):
    def verify(place, *words):
        code, said = run("fsck", "--tiles", place, *words)
        return code, [(each["path"], each["code"]) for each in said.get("findings", ())]

    return verify


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A web server of Python's own before the folder; its address."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *said: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def tiles(grown, run, tmp_path):
    """The folder of a log of 700 entries."""
    store, folder = grown(700), tmp_path / "tiles"
    assert run("export", "--database", store.address, "--into", folder)[0] == SOUND
    return folder


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_what_was_exported_is_the_log(grown, run, found, tmp_path, size):
    store, folder = grown(size), tmp_path / "tiles"
    code, said = run("export", "--database", store.address, "--into", folder)
    assert (code, said["size"]) == (SOUND, size)
    assert found(folder) == (SOUND, [])
    code, said = run("fsck", "--tiles", folder)
    assert (said["entries"], said["size"], said["tiles"]) == (size, size, size // 256)
    with closing(open_tiles(str(folder))) as exported:
        assert [row.body for row in exported.entries(0, size)] == store.bodies()


def test_files_stand_where_the_specification_has_them():
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"  # the example of C2SP tlog-tiles
    assert tile_path(3, 0) == "tile/3/000"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert bundle_path(1_000, 7) == "tile/entries/x001/000.p/7"


def test_a_bundle_is_entries_after_their_lengths():
    bodies = [b"", b"a", b"\xff" * 65_535]
    written = write_bundle(bodies)
    assert written[:5] == b"\0\0\0\1a"
    assert read_bundle(written, 3) == (bodies, 0)
    assert read_bundle(written[:-1], 3) == (bodies[:2], 65_536)
    with pytest.raises(ValueError, match="65536"):
        write_bundle([b"a" * 65_536])


def test_the_files_of_the_golden_log_are_these(open_log, golden, signer, tmp_path):
    vectors, store = golden("tiles.json"), open_log()
    store.append(*(Entry("release.activated", number, {"release": f"{number}"}) for number in range(COUNT)))
    note, folder = store.checkpoint(signer), tmp_path / "tiles"
    with closing(open_ledger(store.address)) as ledger:
        Export(ledger, folder, [signer.key], lambda done, total: None).run(
            note, read_checkpoint(note, [signer.key])
        )
    files = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    assert len(files) == vectors["files"]
    assert {name: digest(files[name]) for name in vectors["digests"]} == vectors["digests"]
    assert note.splitlines()[1:3] == vectors["checkpoint"]
    with closing(open_tiles(str(folder))) as exported:
        assert list(exported.faults()) == []
        row = exported.tile(1, 0)
    assert row.root == tree.root_of(tree.split(row.hashes))


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_an_export_goes_on_where_the_last_one_ended(grown, run, found, tiles):
    before = {file: file.stat().st_mtime_ns for file in tiles.rglob("*") if file.is_file()}
    store = grown(900)
    code, said = run("export", "--database", store.address, "--into", tiles)
    # bundle and tile 2 in full and 3 in part, the partial tile of level 1, the checkpoint
    assert (code, said["size"], said["written"]) == (SOUND, 900, 6)
    changed = [file.name for file in before if file.stat().st_mtime_ns != before[file]]
    assert changed == ["checkpoint"]
    assert found(tiles) == (SOUND, [])
    assert run("export", "--database", store.address, "--into", tiles)[1]["written"] == 0


def test_what_a_broken_off_export_left_is_mended(grown, run, found, tiles):
    store = grown(700)
    (tiles / "checkpoint").unlink()
    (tiles / "tile/entries/001").write_bytes(b"")
    (tiles / "tile/0/000").write_bytes((tiles / "tile/0/000").read_bytes()[:100])
    (tiles / "tile/1/000.p/2").unlink()
    assert found(tiles)[0] == CANNOT_RUN
    assert run("export", "--database", store.address, "--into", tiles)[0] == SOUND
    assert found(tiles) == (SOUND, [])


def test_another_log_is_never_exported_into_the_folder_of_one(open_log, run, found, tiles, signer, tmp_path):
    other = open_log("other.db")
    other.append(*entries(1, 801))
    other.checkpoint(signer)
    assert run("export", "--database", other.address, "--into", tiles)[0] == CANNOT_RUN
    shorter = open_log("shorter.db")
    shorter.append(*entries(0, 300))
    shorter.checkpoint(signer)
    assert run("export", "--database", shorter.address, "--into", tiles)[0] == CANNOT_RUN
    foreign = Signer.create(tmp_path / "foreign.key", "foreign.example/log")
    assert run("export", "--database", shorter.address, "--into", tiles, key=foreign.vkey)[0] == CANNOT_RUN
    assert found(tiles) == (SOUND, [])


def test_an_altered_log_is_not_exported(grown, run, tmp_path):
    store, folder = grown(300), tmp_path / "tiles"
    store.run("UPDATE audit_entries SET body = zeroblob(5) WHERE position = 7")
    assert run("export", "--database", store.address, "--into", folder)[0] == CANNOT_RUN
    assert not (folder / "checkpoint").exists()
    store.run("DELETE FROM audit_entries WHERE position = 290")
    assert run("export", "--database", store.address, "--into", folder)[0] == CANNOT_RUN


def flip(path, place):
    def change(folder):
        content = bytearray((folder / path).read_bytes())
        content[place] ^= 1
        (folder / path).write_bytes(content)

    return change


def cut(path, size):
    return lambda folder: (folder / path).write_bytes((folder / path).read_bytes()[:size])


def swap(folder):
    """Two entries of one length change places."""
    file = folder / "tile/entries/000"
    bodies, _ = read_bundle(file.read_bytes(), 256)
    bodies[20], bodies[30] = bodies[30], bodies[20]
    file.write_bytes(write_bundle(bodies))


@pytest.mark.parametrize(
    "change, found_there",
    [
        (flip("tile/entries/000", 50), [("entry 0", "entry.altered")]),
        (swap, [("entry 20", "entry.altered"), ("entry 30", "entry.altered")]),
        (cut("tile/entries/001", -1), [("entry 511", "entries.missing")]),
        (cut("tile/entries/002.p/188", 0), [("entry 512", "entries.missing")]),
        (lambda folder: (folder / "tile/entries/002.p/188").open("ab").write(b"more"),
         [("tile/entries/002.p/188", "bundle.altered")]),
        (cut("tile/0/001", 8_000), [("tile 0/1", "tile.altered")]),
        (cut("tile/0/002.p/188", 8), [("tile/0/002.p/188", "tile.altered")]),
        (flip("tile/1/000.p/2", 40), [("tile/1/000.p/2", "tile.altered")]),
        (flip("tile/0/000", 0), [
            ("entry 0", "entry.altered"), ("tile/1/000.p/2", "tile.altered"), ("checkpoint 700", "checkpoint.root"),
        ]),
        (flip("checkpoint", 25), [("checkpoint 700", "checkpoint.rejected")]),
    ],
)  # fmt: skip
def test_whatever_is_done_to_the_files_is_found(tiles, found, change, found_there):
    change(tiles)
    code, all_found = found(tiles)
    assert code == FINDINGS
    assert all_found == found_there


def test_a_foreign_checkpoint_before_the_files_is_found_before_anything_else_is_read(tiles, found, tmp_path):
    stranger = Signer.create(tmp_path / "stranger.key", "foreign.example/log")
    text = (tiles / "checkpoint").read_text("utf-8").partition("\n\n")[0].split("\n", 1)[1]
    (tiles / "checkpoint").write_text(stranger.sign(f"foreign.example/log\n{text}\n"), "utf-8")
    assert found(tiles) == (FINDINGS, [("checkpoint 700", "checkpoint.rejected")])


def test_the_tiles_of_a_forked_log_do_not_fit_a_checkpoint_of_the_other_branch(
    tiles, found, open_log, signer, tmp_path
):
    other = open_log("other.db")
    other.append(*entries(1, 700))
    (tmp_path / "kept").write_text(other.checkpoint(signer), "utf-8")
    kept = str(tmp_path / "kept")
    assert found(tiles, "--checkpoint", kept) == (FINDINGS, [(kept, "checkpoint.root")])


def test_a_missing_file_is_named(tiles, signer, capsys):
    (tiles / "tile/entries/001").unlink()
    assert main(["fsck", "--tiles", str(tiles), "--key", signer.vkey]) == CANNOT_RUN
    assert "there is no file tile/entries/001" in capsys.readouterr().err


def test_a_partial_tile_may_give_way_to_the_full_one(grown, run, found, tiles):
    """As when a server goes on while somebody reads: the checkpoint is of before, the tile of after."""
    checkpoint = (tiles / "checkpoint").read_bytes()
    run("export", "--database", grown(900).address, "--into", tiles)
    for path in ("tile/entries/002.p/188", "tile/0/002.p/188"):
        (tiles / path).unlink()
    (tiles / "checkpoint").write_bytes(checkpoint)
    assert found(tiles) == (SOUND, [])


def test_a_copy_is_pulled_from_a_web_server_and_compared(grown, run, found, tiles, tmp_path):
    store, copy = grown(700), tmp_path / "copy"
    with served(tiles) as address:
        assert found(address) == (SOUND, [])
        assert run("export", "--tiles", address, "--into", copy)[0] == SOUND
        assert run("compare", store.address, address)[0] == SOUND
        assert run("fsck", "--tiles", f"{address}/nowhere")[0] == CANNOT_RUN
    assert found(copy) == (SOUND, [])
    assert {file.relative_to(copy) for file in copy.rglob("*")} == {
        file.relative_to(tiles) for file in tiles.rglob("*")
    }
    assert run("fsck", "--tiles", address)[0] == CANNOT_RUN  # nobody serves it any more
    assert run("fsck", "--tiles", "file:///etc")[0] == CANNOT_RUN


def test_held_checkpoints_and_certificates_go_with_tiles_as_with_a_database(
    grown, run, found, tiles, tmp_path
):
    held, certificate = tmp_path / "held.note", tmp_path / "certificate"
    held.write_bytes((tiles / "checkpoint").read_bytes())
    store = grown(900)
    run("export", "--database", store.address, "--into", tiles)
    assert found(tiles, "--checkpoint", held) == (SOUND, [])
    day = ["--day", "2026-11-21", "--into", certificate]
    assert run("certificate", "--tiles", tiles, *day)[0] == SOUND
    assert run("verify-certificate", certificate, "--database", store.address)[0] == SOUND


def test_an_epoch_is_exported_under_its_own_origin(grown, signer, run, tiles, tmp_path):
    store = grown(700)
    published = read_checkpoint((tiles / "checkpoint").read_text("utf-8"), [signer.key])
    store.lose(600, signed=0)
    store.open_epoch(published)
    later = signer.under(origin(signer.name, 2))
    store.checkpoint(later)
    folder = tmp_path / "later"
    assert run("export", "--database", store.address, "--into", folder, key=later.vkey)[0] == SOUND
    assert run("fsck", "--tiles", folder, key=later.vkey)[1]["epoch"] == 2
    assert run("export", "--database", store.address, "--into", tiles, "--key", later.vkey)[0] == CANNOT_RUN


def test_a_log_on_postgresql_is_exported_alike(open_log, signer, run, tiles, tmp_path):
    store, folder = open_log("log", "postgresql"), tmp_path / "second"
    for first in range(0, 700, 100):
        store.append(*entries(first, first + 100))
    store.checkpoint(signer)
    assert run("export", "--database", store.address, "--into", folder)[0] == SOUND
    for file in tiles.rglob("*"):
        assert file.is_dir() or file.read_bytes() == (folder / file.relative_to(tiles)).read_bytes()


def test_of_two_checkpoints_the_newest_that_is_cosigned_is_exported_and_the_rest_is_told(
    grown, signer, tmp_path, capsys
):
    store, folder = grown(300), tmp_path / "tiles"
    witness = Signer.create(tmp_path / "witness.key", "w.example/witness", COSIGNATURE)
    export = ["export", "--database", store.address, "--into", str(folder), "--key", signer.vkey]

    def sized() -> int:
        return read_checkpoint((folder / "checkpoint").read_text("utf-8"), [signer.key]).size

    def say_yes() -> None:
        [(size, note)] = store.run("SELECT size, note FROM audit_checkpoints ORDER BY size DESC LIMIT 1")
        line = cosign(witness, note.partition("\n\n")[0] + "\n", START_MS // 1000)
        store.fill("audit_cosignatures", [(size, witness.name, line, 0)])

    say_yes()
    grown(310)
    assert (main(export), sized()) == (SOUND, 300)
    assert "10 after them are not yet" in capsys.readouterr().err
    asked = [*export, "--witness", witness.vkey, "--wait", "0"]
    assert (main(asked), sized()) == (SOUND, 300)
    fsck = ["fsck", "--tiles", str(folder), "--key", signer.vkey, "--witness", witness.vkey]
    assert main(fsck) == SOUND
    stranger = Signer.create(tmp_path / "s.key", "s.example/witness", COSIGNATURE)
    capsys.readouterr()
    assert (main([*export, "--witness", stranger.vkey, "--wait", "0"]), sized()) == (SOUND, 310)
    assert "not cosigned by the witnesses" in capsys.readouterr().err
    assert (main(asked), sized()) == (SOUND, 310)  # a folder never goes back
    assert "not cosigned by the witnesses" in capsys.readouterr().err
    say_yes()
    assert (main(asked), sized(), capsys.readouterr().err.count("not")) == (SOUND, 310, 0)
