"""`tongban reconcile` as an operator runs it beside a running gateway: what it says, returns, writes."""

import asyncio
import csv
import json
from pathlib import Path

import pytest

from gateway.store import marks
from tests.fakes.fixtures import case
from tests.faults.places import Place, asked, look, sound, until
from tests.forked import python
from tests.installation import CHECKOUT
from tests.reconcile.told import day_of, entries_of, held, sent, takes, written


async def command(place: Place, *arguments: object) -> tuple[int, str, str]:
    """(exit code, results, talk)"""
    child = await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", "reconcile", *map(str, arguments), "--conf", str(place.conf),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=CHECKOUT,
    )  # fmt: skip
    results, talk = await child.communicate()
    return await child.wait(), results.decode(), talk.decode()


async def test_all_agreed_is_no_line_and_zero(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        code, results, talk = await command(place, "sim-gd", "--day", day_of(found), "--as", "li.w")
        assert (code, results) == (0, "")
        assert "1 sent, 1 there, 1 agree, 0 settled, 0 left, 0 bad rows" in talk
        assert entries_of(place, "reconcile.done")[0]["actor"] == "li.w"
    sound(place)


async def test_what_is_clear_is_only_settled_when_that_is_asked(place, tmp_path):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-gd"], "sim-gd")
        takes(simulators["sim-gd"], "=WINDOW-17")
        asked = ("sim-gd", "--day", day_of(found), "--as", "li.w")
        code, results, _ = await command(place, *asked)
        first, second = results.splitlines()
        assert code == 1
        assert first.startswith(f"held_there {found.id} state=held ours={found.ours} theirs=- there:")
        assert "加 --settle 重跑" in first and "run again with --settle" in first
        assert second.startswith("foreign there: ours==WINDOW-17")
        assert await look(gateway, found.id) == found

        file = tmp_path / "out.csv"
        code, results, talk = await command(place, *asked, "--settle", "--csv", file)
        assert (code, results.count("\n")) == (1, 1)  # the stranger is left
        assert "1 settled, 1 left" in talk
        assert (await look(gateway, found.id)).state == "delivered"
        head, *rows = csv.reader(file.read_text("utf-8-sig").splitlines())
        assert [row[0] for row in rows] == ["held_there", "foreign"]
        assert "已核实为对方已收" in rows[0][head.index("下一步 next")]
        assert rows[1][head.index("清单中我方编号 ours_there")] == "'=WINDOW-17"  # no formula

        code, _, talk = await command(place, *asked, "--settle")
        assert "0 settled, 1 left" in talk
    sound(place)


async def test_a_machine_is_told_everything_as_one_document(place, tmp_path):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-bare"], "sim-bare")
        file = written(tmp_path, "号,对方", f"{found.ours},B1", "A 1,B2", charset="gb18030")
        code, results, _ = await command(
            place, "sim-bare", "--day", day_of(found), "--list", file, "--columns", "ours=号,theirs=对方",
            "--settle", "--json",
        )  # fmt: skip
        document = json.loads(results)
        assert code == 1  # a row could not be read
        assert document["settled"] == [found.id]
        assert [(each["row"], each["code"]) for each in document["bad_rows"]] == [(3, "bad_number")]
        (difference,) = document["differences"]
        assert (difference["kind"], difference["settled"]) == ("held_there", True)
        assert difference["theirs"] == [{"ours": found.ours, "theirs": "B1", "state": None, "at": None}]


async def test_a_bad_row_is_a_finding_with_its_place_and_nothing_of_what_stands_in_it(place, tmp_path):
    async with place.platforms("sim-bare"), place.gateway() as gateway:
        found = await sent(gateway, "sim-bare")
        file = written(tmp_path, "ours,theirs", f"{found.ours},11010519491231002X")
        code, results, talk = await command(place, "sim-bare", "--day", day_of(found), "--list", file)
        assert code == 1
        assert results.startswith(f"{file}:2: ")
        assert "11010519491231002X" not in results + talk
        assert results.splitlines()[1].startswith("unclear ")  # the bad row may be the one that is not found


async def test_quoted_numbers_cannot_move_a_terminals_cursor(place, tmp_path):
    async with place.platforms("sim-bare"), place.gateway() as gateway:
        found = await sent(gateway, "sim-bare")
        file = written(tmp_path, "ours,theirs", "A\u202e1,B\u009b1")
        _, results, _ = await command(place, "sim-bare", "--day", day_of(found), "--list", file)
        assert "A\\u202e1" in results and "B\\u009b1" in results


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sim-bare", "--day", "2020-01-01"), "--list FILE"),
        (("sim-xx", "--day", "2020-01-01"), "sim-gx"),
        (("sim-gd", "--day", "2020-01-01"), "cannot answer now"),
        (("sim-gd", "--day", "2999-01-01"), "2999-01-01"),
        (("sim-gd", "--day", "20200101"), "--day"),
        (("sim-gd",), "--day"),
        (("sim-gd", "--day", "2020-01-01", "--accept"), "--why"),
        (("sim-gd", "--day", "2020-01-01", "--why", "x"), "--accept"),
        (("sim-gd", "--day", "2020-01-01", "--columns", "mine=x"), "ours=…"),
        (("sim-gd", "--day", "2020-01-01", "--as", "张三"), "--as"),
        (("sim-gd", "--day", "2020-01-01", "--list", "nowhere.csv"), "nowhere.csv"),
    ],
)
async def test_what_cannot_run_says_why_and_returns_two(place, arguments, said):
    """None of its platforms is up."""
    code, results, talk = await command(place, *arguments)
    assert (code, results) == (2, "")
    assert said in talk


async def test_an_installation_without_a_release_says_what_to_do(new_place, tmp_path):
    empty = new_place(tmp_path / "empty")
    empty.write()
    code, _, talk = await command(empty, "sim-gd", "--day", "2020-01-01")
    assert code == 2 and "tongban activate" in talk


async def test_after_a_restore_sending_goes_on_once_somebody_says_so(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        kept = marks.RECONCILE + "sim-gd"
        await gateway.store.write(lambda tx: marks.put(tx.connection, kept, "", tx.now_ms))
        await gateway.gates.refresh()
        admitted, _ = await gateway.exchanges.admit(asked(gateway, case("gd-organization"), "key-0001"))
        found = await until(gateway, admitted.id, "waiting")
        lost = f"{found.ours[:-4]}9001"
        takes(simulators["sim-gd"], lost)
        look_at = ("sim-gd", "--day", day_of(found), "--as", "li.w")
        code, results, _ = await command(place, *look_at)  # it may be asked, whatever keeps sending back
        assert (code, [line.split()[0] for line in results.splitlines()]) == (
            1,
            ["unknown_here", "open_absent"],
        )
        assert (await look(gateway, found.id)).state == "waiting"

        code, _, talk = await command(place, *look_at, "--accept", "--why", "张三已逐件核对")
        assert code == 1 and "sending to the platform goes on" in talk
        await until(gateway, found.id, "delivered")
        (entry,) = entries_of(place, "reconcile.accepted")
        assert (entry["platform"], entry["actor"]) == ("sim-gd", "li.w")
        assert not any("张三" in str(each) for each in entry.values())
        told = await gateway.store.read(marks.all_of)
        assert (kept in told, told["accepted/sim-gd"]) == (False, "li.w: 张三已逐件核对")
        _, _, talk = await command(place, *look_at, "--accept", "--why", "again")
        assert "nothing kept it back" in talk
        assert len(entries_of(place, "reconcile.accepted")) == 1
    sound(place)


async def test_an_export_that_cannot_be_written_is_said_after_the_results(place, tmp_path):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        nowhere = Path(tmp_path / "no" / "such" / "out.csv")
        code, _, talk = await command(place, "sim-gd", "--day", day_of(found), "--csv", nowhere)
        assert code == 2 and "1 agree" in talk and "out.csv" in talk
