"""A certificate says how every exchange stands up to a day; whatever is not so is found, with its line."""

import json
from contextlib import closing
from datetime import date

import pytest

from audit.certificates import Days, read_certificate, write_certificate
from audit.checkpoints import read_checkpoint
from audit.cli import CANNOT_RUN, FINDINGS, SOUND, main
from audit.completeness import Count
from audit.entries import Entry
from audit.ledger import open_ledger
from audit.notes import Key, Signer
from audit.origins import origin
from audit.records import read_record
from tests.audit.conftest import GOLDEN, START_MS

DAY_MS = 86_400_000
ENDS = ["exchange.delivered", "exchange.refused", None, "exchange.abandoned", "exchange.withdrawn"]
HELD = "1 abandoned 0 delivered 0 refused 0 withdrawn 0 open"


@pytest.fixture
def store(open_log, exchange, signer, database):
    """Ten exchanges of 20 November, ten of 21, two of 22; of each day two are open; and reads."""
    store = open_log(database=database)
    for number in range(22):
        day = (number - 10) // 10
        store.append(*exchange(f"E{number:02}", ENDS[number % 5], START_MS + day * DAY_MS + number))
        store.append(Entry("exchange.read", START_MS + day * DAY_MS, {"exchange": f"R{number}"}))
    store.checkpoint(signer)
    return store


@pytest.fixture
def certify(signer, tmp_path, capsys):
    """Write a certificate: the exit code, its text, what was said."""

    def run(store, *words, days=("--from", "2026-11-20", "--to", "2026-11-21"), name="new.certificate"):
        into = tmp_path / name
        log = ["--database", store.address, "--key", signer.vkey]
        code = main(["certificate", *log, *days, "--into", str(into), *words])
        return code, into.read_text("utf-8") if into.exists() else "", "".join(capsys.readouterr())

    return run


@pytest.fixture
def judge(signer, tmp_path, capsys):
    """Check a certificate against a log: the exit code, and findings by path and code."""

    def run(store, text):
        file = tmp_path / "given"
        file.write_text(text, "utf-8")
        log = ["--database", store.address, "--key", signer.vkey, "--json"]
        code = main(["verify-certificate", str(file), *log])
        found = json.loads(capsys.readouterr().out)["findings"]
        return code, [(each["path"].removeprefix(str(file)), each["code"]) for each in found]

    return run


def test_a_certificate_counts_each_day_and_lists_what_is_open(store, certify):
    code, text, said = certify(store)
    assert code == SOUND
    assert text.splitlines()[:9] == [
        "tongban-certificate@v1",
        "from 2026-11-20",
        "to 2026-11-21",
        "before admitted 0 abandoned 0 delivered 0 refused 0 withdrawn 0 open 0 unlawful 0 reads 0",
        "day 2026-11-20 admitted 10 abandoned 2 delivered 2 refused 2 withdrawn 2 open 2 unlawful 0 reads 10",
        "day 2026-11-21 admitted 10 abandoned 2 delivered 2 refused 2 withdrawn 2 open 2 unlawful 0 reads 10",
        # four entries for an exchange with its read, three where it is open: E02 begins at 8, E07 at 8 + 19
        'open 8 "E02"',
        'open 27 "E07"',
        'open 46 "E12"',
    ]
    assert "20 交换 / exchanges, 4 未终结 / open, 0 次序不合 / unlawful" in said


def test_exchanges_of_the_days_before_are_counted_in_one_line_and_listed_as_well(store, certify):
    text = certify(store, days=("--day", "2026-11-22"))[1]
    assert "before admitted 20 " in text
    assert "day 2026-11-22 admitted 2 abandoned 0 delivered 1 refused 1" in text
    assert text.count("\nopen ") == 4


def test_what_was_certified_is_sound_also_when_the_log_has_grown_and_cases_have_ended(
    store, certify, judge, signer
):
    text = certify(store)[1]
    assert judge(store, text) == (SOUND, [])
    store.append(Entry("exchange.delivered", START_MS + 2 * DAY_MS, {"exchange": "E02"}))
    store.checkpoint(signer)
    assert judge(store, text) == (SOUND, [])
    assert '"E02"' not in certify(store, name="later")[1]


@pytest.mark.parametrize(
    "kinds, code",
    [
        (["exchange.admitted", "exchange.admitted"], "order.second_start"),
        (["exchange.admitted", "exchange.refused", "exchange.delivered"], "order.second_end"),
        (["exchange.admitted", "exchange.refused", "exchange.sending"], "order.after_end"),
        (["exchange.sending"], "order.no_start"),
        (["exchange.admitted", "exchange.unheard"], "order.unknown_kind"),
    ],
)
def test_what_is_unlawful_is_certified_as_that(open_log, certify, judge, signer, kinds, code):
    store = open_log()
    store.append(*(Entry(kind, START_MS, {"exchange": "E1"}) for kind in kinds))
    store.checkpoint(signer)
    exit_code, text, _ = certify(store)
    assert exit_code == FINDINGS
    assert f'\nunlawful {len(kinds) - 1} {code} "E1"\n' in text
    assert "open 0 unlawful 1" in text or f"{HELD} 1 unlawful 1" in text
    assert judge(store, text) == (SOUND, [])


def test_an_entry_without_its_exchange_is_listed_alone(open_log, certify, signer):
    store = open_log()
    store.append(Entry("exchange.held", START_MS, {}), Entry("exchange.held", START_MS + 9 * DAY_MS, {}))
    store.checkpoint(signer)
    text = certify(store)[1]
    assert "admitted 0 abandoned 0 delivered 0 refused 0 withdrawn 0 open 0 unlawful 1 reads 0" in text
    assert text.count("\nunlawful ") == text.count("\nunlawful 0 order.no_exchange\n") == 1


@pytest.mark.parametrize(
    "old, new, found",
    [
        (
            "delivered 2 refused 2",
            "delivered 3 refused 1",
            [(":5", "certificate.differs"), ("", "certificate.lacks")],
        ),
        ('open 8 "E02"\n', "", [("", "certificate.lacks")]),
        ('open 8 "E02"\n', 'open 8 "E02"\nopen 9 "E99"\n', [(":8", "certificate.differs")]),
        ('open 8 "E02"\n', 'open 8 "E02"\nopen 8 "E02"\n', [(":8", "certificate.differs")]),
        ('open 8 "E02"\nopen 27 "E07"\n', 'open 27 "E07"\nopen 8 "E02"\n', [(":7", "certificate.differs")]),
        ("tongban-certificate@v1", "tongban-certificate@v2", [("", "certificate.unreadable")]),
        ("from 2026-11-20", "from 2026-11-22", [("", "certificate.unreadable")]),
        ("from 2026-11-20", "from 2026-13-20", [("", "certificate.unreadable")]),
        ("from 2026-11-20", "from 0001-01-01", [("", "certificate.unreadable")]),
        ("gateway.example/log\n84\n", "gateway.example/log\n83\n", [("", "checkpoint.rejected")]),
        ("gateway.example/log\n84\n", "other.example/log\n84\n", [("", "checkpoint.rejected")]),
    ],
)
def test_a_line_that_the_log_does_not_give_is_named(store, certify, judge, old, new, found):
    text = certify(store)[1]
    assert old in text
    assert judge(store, text.replace(old, new, 1)) == (FINDINGS, found)


def test_an_altered_log_is_not_certified_and_contradicts_what_was(store, certify, judge):
    text = certify(store)[1]
    [body] = store.run("SELECT body FROM audit_entries WHERE position = 8").fetchone()
    changed = bytes(body).replace(b"E02", b"E03")
    store.run("UPDATE audit_entries SET body = ? WHERE position = 8", (changed,))
    code, none, said = certify(store, name="second")
    assert (code, none) == (FINDINGS, "")
    assert "contradicts what was signed" in said
    assert judge(store, text) == (FINDINGS, [("checkpoint 84", "checkpoint.root")])


@pytest.mark.parametrize(
    "change, found",
    [
        ("DELETE FROM audit_entries WHERE position = 9", ("entry 9", "entries.missing")),
        ("DELETE FROM audit_entries WHERE position > 60", ("entry 61", "entries.missing")),
        ("UPDATE audit_entries SET body = zeroblob(3) WHERE position = 9", ("entry 9", "entry.unreadable")),
    ],
)
def test_a_log_with_a_hole_contradicts_what_was_certified(store, certify, judge, change, found):
    text = certify(store)[1]
    store.run(change)
    assert judge(store, text) == (FINDINGS, [found])


def test_no_day_is_certified_that_is_not_signed_to_its_end(store, certify, exchange, tmp_path):
    store.append(*exchange("E99", None, START_MS))
    code, text, said = certify(store)
    assert (code, text) == (CANNOT_RUN, "")
    assert "entry 84 is of these days" in said


def test_an_exchange_that_came_after_the_certificate_of_its_day_is_found(store, certify, judge, exchange):
    text = certify(store)[1]
    store.append(*exchange("E99", None, START_MS))
    assert judge(store, text) == (FINDINGS, [("entry 84", "certificate.late")])


def test_a_signed_certificate_tells_of_every_letter_that_was_changed(store, certify, judge, tmp_path):
    code, text, _ = certify(store, "--sign", str(tmp_path / "log.key"))
    assert code == SOUND
    assert judge(store, text) == (SOUND, [])
    for place in range(0, len(text), 7):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        assert judge(store, changed)[0] == FINDINGS


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--day", "2026-11-21", "--from", "2026-11-21"],
        ["--from", "2026-11-21"],
        ["--from", "2026-11-22", "--to", "2026-11-21"],
        ["--from", "0001-01-01", "--to", "2026-11-21"],
    ],
)
def test_days_that_are_none_are_refused(store, certify, words):
    assert certify(store, days=words)[:2] == (CANNOT_RUN, "")


def test_a_certificate_is_never_written_over_nor_signed_with_a_foreign_key(store, certify, signer, tmp_path):
    Signer.create(tmp_path / "foreign.key", "gateway.example/log")
    assert certify(store, "--sign", str(tmp_path / "foreign.key"))[:2] == (CANNOT_RUN, "")
    first = certify(store)[1]
    assert certify(store)[:2] == (CANNOT_RUN, first)


def test_lost_entries_are_certified_as_lost(store, certify, signer, tmp_path):
    note = store.run("SELECT note FROM audit_checkpoints").fetchone()[0]
    published = read_checkpoint(note, [signer.key])
    store.lose(49, signed=0)
    store.open_epoch(published)
    later = signer.under(origin(signer.name, 2))
    store.checkpoint(later)
    text = certify(store, "--key", later.vkey, "--sign", str(tmp_path / "log.key"))[1]
    assert "\nlost 2 49 83\n" in text


def test_the_golden_certificate_is_written_read_and_verified(open_log, golden, golden_text, tmp_path):
    vectors, text = golden("certificate.json"), golden_text("example.certificate")
    key, store = Key.parse(vectors["key"]), open_log()
    for body in vectors["bodies"]:
        record = read_record(body.encode())
        store.append(Entry(record.kind, record.at_ms, record.facts))
    assert [body.decode() for body in store.bodies()] == vectors["bodies"]
    stated = read_certificate(text)
    signed, days = read_checkpoint(stated.note, [key]), Days(*map(date.fromisoformat, vectors["days"]))
    with closing(open_ledger(store.address)) as ledger:
        count = Count(ledger, signed, days, lambda done, total: None)
        assert list(count.findings()) == []
    assert text.startswith(write_certificate(count.reckoning, stated.note) + "\n— ")
    words = ["--database", store.address, "--key", vectors["key"]]
    assert main(["verify-certificate", str(GOLDEN / "example.certificate"), *words]) == SOUND
