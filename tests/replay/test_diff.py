"""`tongban mapping diff`: what another release would make of what was really sent, told and not done."""

import asyncio
import json
import os
import pty
import shutil
import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from functools import partial

from tests.fakes.fixtures import canary, case
from tests.faults.ledgers import ask
from tests.faults.places import Place, sound, submitted
from tests.faults.stores import ON_A_FILE
from tests.installation import CHECKOUT
from tests.reconcile.told import entries_of
from tests.replay.conftest import command, erase, put_in_force, rewrite, travelled
from tests.replay.copies import copied

pytestmark = ON_A_FILE

SUBMIT = "sim-gd/case.submit.yaml"
WRITES = "select id from exchanges where platform = 'sim-gd' and kind = 'write' order by id"
CODE = ('"handed_over", theirs: "24"', '"suspended", theirs: "24"')
NAME = "sqrxm: applicant.name | strip | middle_dot | at_most(50)"


async def diff(place: Place, *arguments: object) -> tuple[int, str, str]:
    return await command(place, "mapping", "diff", *arguments)


def active(place: Place) -> str:
    return str(ask(place.database, "select digest from activations order by place desc")[0][0])


def state(place: Place) -> list[object]:
    tables = ("exchanges", "bodies", "body_keys", "history", "releases", "activations", "audit_entries")
    return [ask(place.database, f"select count(*) from {table}") for table in tables]


async def test_files_that_say_the_same_make_no_difference(place):
    before = state(place)
    code, results, talk = await diff(place, "active", "files", "--over", "exchanges", "--since", "2020-01-01")
    assert (code, results) == (0, "")
    assert "5 replayed, 0 differ" in talk  # four cases, and an answer about one of them
    assert state(place) == before


async def test_a_changed_mapping_is_told_by_path_count_and_masked_values(place):
    rewrite(
        place, SUBMIT, NAME, 'sqrxm: applicant.name | strip | middle_dot | suffix("（本人）") | at_most(50)'
    )
    rewrite(place, SUBMIT, "      sjry: receiving.staff ?\n", "")
    rewrite(place, SUBMIT, "  bz: note ?", '  qd: ="2"\n  bz: note ?')
    before = state(place)
    code, results, talk = await diff(place, "active", "files", "--over", "exchanges")
    assert code == 1
    heads = [line.split(":")[0] for line in results.splitlines() if not line.startswith(" ")]
    assert heads == [
        "added sim-gd case.submit qd", "gone sim-gd case.submit sjxx.sjry", "changed sim-gd case.submit sqrxm",
    ]  # fmt: skip
    changed = results.splitlines()[-4:]
    assert changed[0].endswith("3 件值不同 / 3: another value")
    assert all(" => " in line and f" <- {SUBMIT}:" in line and "*" in line for line in changed[1:])
    assert "5 replayed, 3 differ" in talk
    assert [value for value in canary() if value in results + talk] == []
    assert state(place) == before


async def test_refusals_that_would_appear_or_vanish_are_told_by_their_code(place):
    rewrite(place, SUBMIT, NAME, "sqrxm: applicant.name | strip | middle_dot | at_most(1)")
    (head, *examples), _, _ = await travelled(place, "active", "files", platform="sim-gd")
    assert head.startswith("refused sim-gd case.submit sqrxm too_long: 3 件")
    assert len(examples) == 3 and not any("=>" in line for line in examples)
    (head, *_), talk, _ = await travelled(place, "files", "active", platform="sim-gd")
    assert head.startswith("accepted sim-gd case.submit sqrxm too_long: 3 件")
    assert "4 replayed, 3 differ" in talk


async def test_a_changed_code_table_differs_in_messages_and_in_answers(place):
    rewrite(place, "sim-gd/tables/id_type.yaml", '{ours: "111", theirs: "10"', '{ours: "111", theirs: "1A"')
    rewrite(place, "sim-gd/tables/progress.yaml", *CODE)
    _, _, told = await travelled(place, "active", "files")
    assert (told["replayed"], told["old"]["release"]) == (5, active(place))
    found = {(each["operation"], each["path"]): each for each in told["differences"]}
    example = found["case.submit", "sqrzjlx"]["examples"][0]
    assert (example["old"]["value"], example["new"]["value"]) == ("10", "1A")
    assert example["old"]["source"] == "applicant.id_type"
    assert example["new"]["table_row"].startswith("sim-gd/tables/id_type.yaml:")
    assert found["case.progress.reply", "events[].state"]["examples"][0]["new"]["value"] == "suspended"


async def test_what_is_erased_or_has_no_mapping_is_counted_and_not_passed_over(place):
    (first, *_) = [row[0] for row in ask(place.database, WRITES)]
    erase(place, first)
    shutil.rmtree(place.folder / "platforms/sim-gx")
    results, talk, told = await travelled(place, active(place)[:16], "files")
    assert results == []
    assert "1 not replayable: erased" in talk and "1 not replayable: no mapping in the new one" in talk
    assert "3 replayed, 0 differ" in talk
    lacking = {why: count for why, count in told["not_replayable"].items() if count}
    assert lacking == {"erased": 1, "no_new_mapping": 1}


async def test_values_are_shown_with_an_entry_for_each_exchange_they_come_from(place):
    rewrite(place, SUBMIT, NAME, 'sqrxm: applicant.name | strip | at_most(49) | prefix("甲")')
    more = ("--values", "--why", "核对张三", "--as", "li.w")
    code, results, talk = await diff(place, "active", "files", "--over", "exchanges", *more)
    assert code == 1
    assert f": {canary()[0]} <- " in results and f" => 甲{canary()[0]} <- " in results
    assert canary()[0] not in talk
    found = entries_of(place, "values.shown")
    assert {each["command"] for each in found} == {"mapping diff"} and len(found) == 3
    sound(place)


async def test_it_goes_back_through_releases_that_were_in_force(place):
    first = active(place)
    rewrite(place, SUBMIT, "at_most(200)", "at_most(199)")
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        second = await put_in_force(gateway, "wang.y")
        assert (await submitted(gateway, case("gd-minor"), "key-minor")).state == "delivered"
    results, talk, told = await travelled(place, first, "active", limit=1)
    assert (results, told["replayed"], told["differ"]) == ([], 1, 0)
    assert told["new"] == {
        "release": second,
        "activated": {"by": "wang.y", "at": told["new"]["activated"]["at"]},
    }
    assert "(wang.y 20" in talk and second[:19] in talk


async def test_samples_are_replayed_without_any_exchange(place):
    results, _, told = await travelled(place, "active", "files", "samples")
    assert (results, told["only_mappings"], any(told["not_replayable"].values())) == ([], [], False)
    assert told["replayed"] > 20
    rewrite(place, "sim-gx/tables/progress.yaml", 'ours: "handed_over"', 'ours: "suspended"')
    rewrite(place, "sim-gd/tables/progress.yaml", *CODE)
    rewrite(place, SUBMIT, NAME, NAME + ' | suffix("+")')
    results, _, _ = await travelled(place, "active", "files", "samples")
    assert [line.split(":")[0] for line in results if not line.startswith(" ")] == [
        "changed sim-gd case.list.reply cases[].state", "changed sim-gd case.progress.reply events[].state",
        "changed sim-gd case.submit sqrxm", "changed sim-gx case.progress.reply events[].state",
        "changed sim-gx case.progress.reply state",
    ]  # fmt: skip
    shown = "\n".join(results)
    assert "handed_over <- sim-gd/case.progress.reply.yaml:" in shown and "=> suspended <- " in shown
    assert "  sim-gd/samples/case.progress.taken.json: handed_over" in shown
    assert "  sim-gx/samples/case.progress.taken.json: handed_over" in shown  # read by the SOAP adapter


async def test_an_answer_is_what_its_file_is_called_and_read_from_its_own_bytes(place):
    _, _, before = await travelled(place, "active", "files", "samples")
    file = place.folder / "platforms" / "sim-gd" / "samples" / "case.progress.taken.json"
    sample = json.loads(file.read_text("utf-8"))
    answer = sample["response"]
    answer |= {"headers": {"Content-Type": "application/json;charset=GBK"}}
    answer["body_hex"] = answer.pop("body").encode("gbk").hex()
    file.write_text(json.dumps({"operation": "case.progress", "response": answer}), "utf-8")
    results, _, told = await travelled(place, "active", "files", "samples")
    assert (results, told["replayed"]) == ([], before["replayed"])
    assert not any(told["not_replayable"].values())


async def test_what_could_not_be_put_on_the_wire_any_more_is_told_though_the_mappings_are_the_same(place):
    rewrite(
        place,
        "sim-gd/platform.yaml",
        "    call: POST /api/v2/cases\n",
        "    call: POST /api/v2/cases\n    charset: gb2312\n",
    )
    unusual = case("gd-minor")
    unusual["applicant"]["name"] = "陶喆"
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        assert (await submitted(gateway, unusual, "key-unusual")).state == "delivered"
    results, _, told = await travelled(place, "active", "files", platform="sim-gd")
    assert [line.split(":")[0] for line in results if not line.startswith(" ")] == [
        "refused sim-gd case.submit sqrxm cannot_write"
    ]
    assert told["differences"][0]["documents"] == 1
    (place.conf / "platforms" / "sim-gd.yaml").unlink()
    results, talk, told = await travelled(place, "active", "files", platform="sim-gd")
    assert (results, told["only_mappings"]) == ([], ["sim-gd"])
    assert "only its mappings were compared" in talk


async def test_what_cannot_run_says_why_and_returns_two(place):
    code, _, talk = await diff(place, "beef", "files", "--over", "exchanges")
    assert code == 2 and "no such release" in talk
    rewrite(place, SUBMIT, "| id_upper", "| id_uper")
    code, results, talk = await diff(place, "active", "files", "--over", "exchanges")
    assert (code, results) == (2, "")
    assert "did you mean 'id_upper'?" in talk


async def interrupted(place) -> tuple[bytes, bytes, int]:
    """(what it said on the terminal, what it printed, how it ended) of a command that is told to stop halfway.

    Whoever runs the tests in the background has them, and all that they start, ignore the signal.
    """
    watching, terminal = pty.openpty()
    child = await create_subprocess_exec(
        sys.executable, "-m", "gateway.cli", "mapping", "diff", "active", "files", "--over", "exchanges",
        "--conf", str(place.conf), stdout=PIPE, stderr=terminal, cwd=CHECKOUT,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    seen = b""
    while b"/3005" not in seen:
        seen += await asyncio.to_thread(os.read, watching, 4096)
    child.send_signal(signal.SIGINT)
    os.close(terminal)
    assert child.stdout
    printed, code = await child.stdout.read(), await child.wait()
    os.close(watching)
    return seen, printed, code


async def test_interrupted_under_its_progress_bar_it_leaves_nothing(place):
    async with place.gateway() as gateway:
        (like, *_) = [row[0] for row in ask(place.database, WRITES)]
        await copied(gateway, place.database, await gateway.exchanges.look_up(like), 3_000)
    rewrite(place, SUBMIT, NAME, NAME + ' | suffix("+")')
    before = state(place)
    for _ in range(10):  # on a busy machine it may have come to its end before it is told
        seen, printed, code = await interrupted(place)
        if code == 2:
            break
    assert (printed, code) == (b"", 2)
    assert "回放".encode() in seen and [value for value in canary() if value.encode() in seen] == []
    assert state(place) == before
